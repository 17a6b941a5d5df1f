from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AnalyticsConfig(AppConfig):
    name = "apps.analytics"

    def ready(self) -> None:
        from apps.accounts.privacy.registry import add_parts  # noqa: PLC0415 - models are not loaded before
        from apps.analytics import retention  # noqa: PLC0415

        add_parts("apps.analytics.exports.own_data.PARTS")
        post_migrate.connect(retention.follow_setting, sender=self, dispatch_uid="analytics.retention")
