from django.apps import AppConfig


class RedirectsConfig(AppConfig):
    name = "apps.redirects"

    def ready(self) -> None:
        # Imported late: models and settings are ready only now.
        from apps.links.signals import link_changed  # noqa: PLC0415
        from apps.redirects.invalidation import on_link_changed  # noqa: PLC0415

        link_changed.connect(on_link_changed, dispatch_uid="redirects.on_link_changed")
