"""Pages of a process that serves short domains only."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from apps.redirects.views import healthz

urlpatterns = [
    path("", RedirectView.as_view(url=f"{settings.PUBLIC_URL}/"), name="home"),
    path("healthz", healthz, name="healthz"),
    path("", include("apps.redirects.urls")),
]
