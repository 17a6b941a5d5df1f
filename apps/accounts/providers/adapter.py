"""What the product decides differently from django-allauth's defaults about accounts elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import structlog
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import User
from apps.accounts.signup import invitations, rules

log = structlog.get_logger(__name__)

_NAME_LENGTH = 150


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Providers are those of the settings; nobody adds one in the database."""

    def list_apps(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - allauth's signature
        provider: str | None = None,
        client_id: str | None = None,
    ) -> Sequence[SocialApp]:
        apps = [SocialApp(provider="openid_connect", **fields) for fields in settings.OIDC_APPS]
        return [app for app in apps if provider in {None, app.provider, app.provider_id} and client_id in {None, app.client_id}]

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Mapping[str, Any]) -> User:  # noqa: ARG002
        user: User = sociallogin.user
        user.email = str(data.get("email") or "").lower()
        user.full_name = str(data.get("name") or "")[:_NAME_LENGTH]
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Join somebody who comes for the first time with the account that has the same verified address."""
        self._require_one_person(request, sociallogin)
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        email = _verified_email(sociallogin)
        if not email:
            # Not more than a claim: asked for in a form, and verified by a mail.
            sociallogin.user.email, sociallogin.email_addresses = "", []
            return
        address = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
        if address is not None and settings.OIDC_JOIN_BY_EMAIL:
            sociallogin.connect(request, address.user)
        elif User.objects.filter(email=email).exists():
            name = sociallogin.provider.name
            self._send_to_login(
                request,
                _("There is an account with this e-mail address. Log in to it, and connect %(name)s under Security.") % {"name": name},
            )

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """By OIDC_SIGN_UP everybody whom the provider knows may have an account, else the rules for all others hold."""
        email = sociallogin.user.email
        try:
            if settings.OIDC_SIGN_UP:
                rules.check_domain(email)
            elif not rules.is_open(request):
                return False
            elif email:
                rules.check_email(email, invited=invitations.invited_email(request))
        except ValidationError:
            return False
        return True

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: BaseForm | None = None) -> User:
        """Store who comes from a provider for the first time with a personal workspace and without a password."""
        user: User = sociallogin.user
        user.set_unusable_password()
        with transaction.atomic():
            if form is not None:
                get_account_adapter(request).save_user(request, user, form)
            else:
                User.objects.register(user)
                record(action=AuditAction.SIGNED_UP, actor=user, target=user)
            sociallogin.save(request)
        return user

    def on_authentication_error(self, request: HttpRequest, provider: Any, **details: Any) -> None:  # noqa: ARG002
        """Tell the operator; the page says no more than that it did not work."""
        error, exception = str(details.get("error")), repr(details.get("exception"))
        log.warning("log-in by a provider failed", provider=str(getattr(provider, "name", provider)), error=error, exception=exception)

    def _require_one_person(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The user info belongs to the one whom the signed token names, as OpenID Connect Core 5.3.2 asks to check."""
        data = sociallogin.account.extra_data
        subjects = {part["sub"] for part in (data.get("id_token"), data.get("userinfo")) if part}
        if len(subjects) != 1:
            self._send_to_login(request, _("The provider's answer was not in order."))

    def _send_to_login(self, request: HttpRequest, text: str) -> NoReturn:
        messages.error(request, text)
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))


def _verified_email(sociallogin: SocialLogin) -> str:
    """The address that the provider says it has verified; "" for none."""
    # Some providers write it as a text.
    verified = [address.email.lower() for address in sociallogin.email_addresses if address.verified in {True, "true"}]
    for address in sociallogin.email_addresses:
        address.verified = address.verified in {True, "true"}
    return verified[0] if verified else ""
