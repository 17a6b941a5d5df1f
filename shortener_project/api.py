"""Every address below /api/v1/."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "api"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("apps.accounts.api.urls")),
    path("", include("apps.accounts.api_keys.rest_urls")),
    path("", include("apps.links.api.urls")),
    path("", include("apps.analytics.api.urls")),
]
