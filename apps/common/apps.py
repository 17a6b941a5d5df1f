from django.apps import AppConfig

from apps.common import logs


class CommonConfig(AppConfig):
    name = "apps.common"

    def ready(self) -> None:
        # Registers the system checks.
        from apps.common import checks  # noqa: F401, PLC0415

        logs.configure()
