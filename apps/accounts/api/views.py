"""Log-in and tokens, and one's own account."""

from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api import cookies
from apps.accounts.api.authentication import LogIn, access_token
from apps.accounts.api.limits import LogInThrottle, SignUpThrottle
from apps.accounts.api.registration import register
from apps.accounts.api.serializers import LogInSerializer, RefreshSerializer, RegisterSerializer
from apps.accounts.models import User
from apps.accounts.policy import ApiActor
from apps.accounts.privacy.consent import texts_to_agree_to
from apps.accounts.sessions import end_all_sessions
from apps.accounts.tokens import errors, families
from apps.accounts.tokens.families import Client, Tokens
from apps.accounts.tokens.log_in import log_in
from apps.common.errors import PermissionDenied
from apps.common.requests import address_of


class OpenView(APIView):
    """For who has no token yet: one that is sent along is not looked at."""

    authentication_classes: tuple[type[BaseAuthentication], ...] = ()
    permission_classes = (AllowAny,)


class RegisterView(OpenView):
    throttle_classes = (SignUpThrottle,)

    def post(self, request: Request) -> Response:
        """Sign up. The answer is the same whether there is such an account, where e-mail addresses have to be verified."""
        asked = RegisterSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        register(request._request, **asked.validated_data)
        found = {"email": asked.validated_data["email"].lower(), "verification": settings.ACCOUNT_EMAIL_VERIFICATION}
        return Response(found, status=HTTPStatus.CREATED)


class LogInView(OpenView):
    throttle_classes = (LogInThrottle,)

    def post(self, request: Request) -> Response:
        """Tokens for who knows the password, and has the second factor if there is one."""
        asked = LogInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        user = log_in(request._request, email=values["email"], password=values["password"], code=values["code"])
        tokens = families.issue(user, _client(request), now=timezone.now())
        return _answer(request, tokens, in_cookies=values["cookies"], consents_due=[text.kind for text in texts_to_agree_to(user)])


class RefreshView(OpenView):
    def post(self, request: Request) -> Response:
        """The next pair of tokens; the refresh token that was sent is used up."""
        text, is_cookie = _refresh_token(request)
        return _answer(request, families.refresh(text, _client(request), now=timezone.now()), in_cookies=is_cookie)


class LogOutView(OpenView):
    def post(self, request: Request) -> Response:
        """End the log-in of the refresh token, of the access token, or of the cookie: all its tokens are void at once."""
        now = timezone.now()
        access = access_token(request)
        if access and not request.data:
            is_cookie = False
            user, family_id = families.authenticate(access, now=now)
        else:
            text, is_cookie = _refresh_token(request)
            family = families.family_of(text, now=now)
            user, family_id = family.user, family.pk
        families.log_out(family_id, by=user, now=now)
        response = Response(status=HTTPStatus.NO_CONTENT)
        if is_cookie:
            cookies.drop(response)
        return response


class LogOutAllView(APIView):
    def post(self, request: Request) -> Response:
        """End all log-ins of the user, in browsers, too. Keys stay."""
        if not isinstance(request.auth, LogIn):
            raise PermissionDenied(_("Use the access token of a log-in for this."), code="log_in_required")
        end_all_sessions(cast("User", request.user))
        response = Response(status=HTTPStatus.NO_CONTENT)
        cookies.drop(response)
        return response


class MeView(APIView):
    def get(self, request: Request) -> Response:
        """Who one is to the API, and what a key is for."""
        user = cast("User", request.user)
        found: dict[str, Any] = {"email": user.email, "full_name": user.full_name, "created_at": user.created_at}
        if isinstance(request.auth, ApiActor):
            found["scopes"] = sorted(request.auth.scopes)
        return Response(found)


def _client(request: Request) -> Client:
    return Client(address_of(request._request), request.headers.get("User-Agent", ""))


def _refresh_token(request: Request) -> tuple[str, bool]:
    """The token, and whether it came by cookie; then with the CSRF token. Raises TokenRefused."""
    asked = RefreshSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    if text := asked.validated_data["refresh"]:
        return text, False
    if text := request.COOKIES.get(cookies.REFRESH, ""):
        cookies.require_csrf_token(request._request)
        return text, True
    raise errors.invalid()


def _answer(request: Request, tokens: Tokens, *, in_cookies: bool, **more: Any) -> Response:
    found = {
        "token_type": "Bearer",
        "access_expires_at": tokens.access_expires_at,
        "refresh_expires_at": tokens.refresh_expires_at,
        **more,
    }
    if in_cookies:
        response = Response(found | {"csrf_token": cookies.csrf_token(request._request)})
        cookies.keep(response, tokens)
    else:
        response = Response(found | {"access": tokens.access, "refresh": tokens.refresh})
    response["Cache-Control"] = "no-store"
    return response
