from django.apps import AppConfig
from django.db.models.signals import post_delete


class LifecycleConfig(AppConfig):
    """An app of its own, since its table is in PostgreSQL, and those of `apps.analytics` in ClickHouse."""

    name = "apps.analytics.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        from apps.analytics.lifecycle import purges  # noqa: PLC0415 - models are not loaded before
        from apps.links.models import Link  # noqa: PLC0415
        from apps.links.signals import links_purged  # noqa: PLC0415

        links_purged.connect(purges.note_all, dispatch_uid="lifecycle.purges")
        post_delete.connect(purges.note, sender=Link, dispatch_uid="lifecycle.purges")
