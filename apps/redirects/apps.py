from django.apps import AppConfig


class RedirectsConfig(AppConfig):
    name = "apps.redirects"

    def ready(self) -> None:
        # Imported late: models and settings are ready only now.
        from apps.links.signals import domains_changed, link_changed  # noqa: PLC0415
        from apps.redirects.invalidation import on_domains_changed, on_link_changed  # noqa: PLC0415

        domains_changed.connect(on_domains_changed, dispatch_uid="redirects.on_domains_changed")
        link_changed.connect(on_link_changed, dispatch_uid="redirects.on_link_changed")
