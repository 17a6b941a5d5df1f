from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    name = "shortener_project.embedded"
    label = "embedded"

    def ready(self) -> None:
        # Tasks that any process of the site sends go to the broker of the settings. A process that
        # serves short domains only sends none, and does without this app.
        from shortener_project import celery  # noqa: F401, PLC0415
