from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AnalyticsConfig(AppConfig):
    name = "apps.analytics"

    def ready(self) -> None:
        from apps.accounts.privacy.registry import add_part  # noqa: PLC0415 - models are not loaded before
        from apps.analytics import retention  # noqa: PLC0415
        from apps.analytics.exports.own_data import CLICKS  # noqa: PLC0415

        add_part(CLICKS)
        post_migrate.connect(retention.follow_setting, sender=self, dispatch_uid="analytics.retention")
