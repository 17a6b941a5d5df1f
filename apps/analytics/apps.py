from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AnalyticsConfig(AppConfig):
    name = "apps.analytics"

    def ready(self) -> None:
        from apps.analytics import retention  # noqa: PLC0415 - models are not loaded before

        post_migrate.connect(retention.follow_setting, sender=self, dispatch_uid="analytics.retention")
