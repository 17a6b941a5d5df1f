from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    name = "shortener_project.embedded"
    label = "embedded"
