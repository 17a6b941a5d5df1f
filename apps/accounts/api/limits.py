"""How often programs ask."""

from collections.abc import Iterator, Mapping

from django.contrib.auth.models import AnonymousUser
from rest_framework.request import Request

from apps.accounts.api.actors import actor_of
from apps.accounts.limits import bucket_of, log_in_buckets
from apps.common.api.limits import BucketThrottle
from apps.common.ratelimit.limits import Decision, EndpointClass
from apps.common.requests import address_of


class ApiThrottle(BucketThrottle):
    """Of the limit `api` for each request: of the key, the user or, of the anonymous, the address."""

    def decide(self, request: Request) -> Iterator[Decision | None]:
        yield bucket_of(actor_of(request), EndpointClass.API, address=_address(request)).take()


class LogInThrottle(BucketThrottle):
    """By address, and by account at that address."""

    def decide(self, request: Request) -> Iterator[Decision | None]:
        email = request.data.get("email") if isinstance(request.data, Mapping) else ""
        for bucket in log_in_buckets(email if isinstance(email, str) else "", _address(request)):
            yield bucket.take()


class SignUpThrottle(BucketThrottle):
    """By address."""

    def decide(self, request: Request) -> Iterator[Decision | None]:
        yield bucket_of(AnonymousUser(), EndpointClass.SIGN_UP, address=_address(request)).take()


def _address(request: Request) -> str:
    return address_of(request._request)
