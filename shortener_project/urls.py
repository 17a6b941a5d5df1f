"""Every page of the full site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from apps.accounts.privacy import views as privacy
from apps.accounts.tokens.jwks import jwks
from apps.common.views import healthz
from apps.links.views import home

handler400 = "apps.common.views.bad_request"
handler403 = "apps.common.views.permission_denied"
handler404 = "apps.common.views.page_not_found"
# Of allauth, for what its own limits refuse.
handler429 = "apps.accounts.form_limits.too_many"
handler500 = "apps.common.views.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    # In place of allauth's own.
    path("accounts/oidc/", include("apps.accounts.providers.urls")),
    path("accounts/sessions/", RedirectView.as_view(pattern_name="sessions:list")),
    path("accounts/", include("allauth.urls")),
    path("account/profile/", include("apps.accounts.profile.urls")),
    path("account/sessions/", include("apps.accounts.sessions.urls")),
    path("account/password/", include("apps.accounts.passwords.urls")),
    path("account/workspaces/", include("apps.accounts.workspaces.urls")),
    path("account/api-keys/", include("apps.accounts.api_keys.urls")),
    path("account/audit-log/", include("apps.accounts.audit.urls")),
    path("account/privacy/", include("apps.accounts.privacy.urls")),
    path("account/consent/", privacy.agree, name="consent"),
    path("legal/<slug:kind>/", privacy.legal, name="legal"),
    path("api/v1/", include("shortener_project.api", namespace="api")),
    path(".well-known/jwks.json", jwks, name="jwks"),
    path("", include("apps.links.urls")),
    path("", include("apps.analytics.urls")),
    # Last: whatever else has the form of a code.
    path("", include("apps.redirects.urls")),
]
