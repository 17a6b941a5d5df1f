"""The way to a provider and back."""

from typing import Any

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse


class CheckingAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Checks the signature of every token, and comes back below PUBLIC_URL whatever host the request named."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        # allauth leaves the signature out where TLS protects the way. A provider may be asked without.
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return claims

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:  # noqa: ARG002 - allauth's signature
        return f"{settings.PUBLIC_URL}{reverse('openid_connect_callback', kwargs={'provider_id': self.provider_id})}"


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send somebody to the provider; by POST alone, so that no page elsewhere can."""
    return _answered(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take back whom the provider sends."""
    return _answered(OAuth2CallbackView, request, provider_id)


def _answered(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        answer: HttpResponse = view.adapter_view(CheckingAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return answer
