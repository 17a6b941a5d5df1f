"""The public keys, for those who verify our tokens themselves."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from apps.accounts.tokens.keys import key_ring
from apps.accounts.tokens.rotation import PUBLISHED_BEFORE


@require_safe
@cache_control(public=True, max_age=int(PUBLISHED_BEFORE.total_seconds()) // 2)
def jwks(_request: HttpRequest) -> JsonResponse:
    """A JSON Web Key Set (RFC 7517); a key is in it before it signs anything."""
    return JsonResponse({"keys": [key.as_jwk() for key in key_ring().keys]}, content_type="application/jwk-set+json")
