from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_delete, post_migrate


class LinksConfig(AppConfig):
    name = "apps.links"

    def ready(self) -> None:
        from apps.accounts.api_keys.domains import list_by  # noqa: PLC0415 - models are not loaded before
        from apps.accounts.privacy.registry import add_eraser, add_parts  # noqa: PLC0415
        from apps.links.models import Link  # noqa: PLC0415
        from apps.links.purging import announce_purged  # noqa: PLC0415

        import_module("apps.links.checks")
        list_by("apps.links.key_domains.key_domains")
        add_eraser("apps.links.emptying.empty_workspaces")
        add_parts("apps.links.own_data.PARTS")
        post_delete.connect(announce_purged, sender=Link, dispatch_uid="links.purges")
        post_migrate.connect(_ensure_default_domain, sender=self, dispatch_uid="links.default_domain")


def _ensure_default_domain(*, using: str, apps: Any = installed_apps, **_: object) -> None:
    """Run after migrations, unless they were another database's or stopped before those of this app."""
    if using != DEFAULT_DB_ALIAS or "domain" not in apps.all_models["links"]:
        return
    from apps.links.installation import ensure_default_domain  # noqa: PLC0415 - no model can be imported when this module is

    ensure_default_domain()
