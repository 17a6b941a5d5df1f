"""Pages of a process that serves short domains only."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from apps.common.views import healthz

handler400 = "apps.common.views.bad_request"
handler403 = "apps.common.views.permission_denied"
handler404 = "apps.redirects.views.no_such_page"
handler500 = "apps.common.views.server_error"

urlpatterns = [
    path("", RedirectView.as_view(url=f"{settings.PUBLIC_URL}/"), name="home"),
    path("healthz", healthz, name="healthz"),
    path("", include("apps.redirects.urls")),
]
