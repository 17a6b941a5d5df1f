from django.apps import AppConfig


class RedirectsConfig(AppConfig):
    name = "apps.redirects"
