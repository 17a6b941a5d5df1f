from django.apps import AppConfig


class TrendingConfig(AppConfig):
    """An app of its own, since its tables are in PostgreSQL, and those of `apps.analytics` in ClickHouse."""

    name = "apps.analytics.trending"
    label = "trending"
