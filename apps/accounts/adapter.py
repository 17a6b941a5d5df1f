"""What the product decides differently from django-allauth's defaults."""

from typing import Any, NoReturn
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from apps.accounts.context_processors import SESSION_KEY
from apps.accounts.models import User
from apps.accounts.privacy.offers import offer_to_take_back
from apps.common.requests import address_of

# Names of mail templates' values that hold a link.
_LINK = "_url"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Account behaviour of this product."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and password do not belong together."),
        "email_taken": _("This e-mail address is in use. Log in, or reset the password."),
        "duplicate_email": _("This is your e-mail address already."),
        "same_as_current": _("This is your e-mail address already."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many failed attempts. Wait a few minutes, or reset the password."),
        "account_inactive": _("This account has been closed."),
    }

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:  # noqa: ARG002, FBT001, FBT002
        """Store who signs up with a personal workspace, in one transaction.

        `commit` is there for allauth's signature. Two sign-ups at the same moment with one address: the
        second is sent to the log-in.
        """
        filled: User = super().save_user(request, user, form, commit=False)
        try:
            return User.objects.register(filled)
        except IntegrityError:
            self._send_to_login(request)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Mark `email_address` as verified and make it the log-in, unless another user has taken it meanwhile."""
        request.session.pop(SESSION_KEY, None)
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            failed = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, failed, {"email": email_address.email})
            return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Who has asked for the deletion of the account is offered it back."""
        answer: HttpResponse = offer_to_take_back(request, user) or super().respond_user_inactive(request, user)
        return answer

    def is_safe_url(self, url: str | None) -> bool:
        """Only paths of this site are followed after log-in and log-out; no address of any host is."""
        text = url or ""
        return text.startswith("/") and text.isprintable() and url_has_allowed_host_and_scheme(text, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The client's address behind trusted proxies, which allauth's rate limits count by."""
        return address_of(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail whose links begin with PUBLIC_URL, whatever host the request named."""
        values = {name: public_url(value) if name.endswith(_LINK) else value for name, value in context.items()}
        values |= {"email": email, "public_url": settings.PUBLIC_URL, "public_host": urlsplit(settings.PUBLIC_URL).netloc}
        self.render_mail(template_prefix, email, values).send()

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of `email` that somebody tried to sign up with it.

        Takes as long as storing a password, so that the answer's time does not tell the two cases apart.
        """
        make_password(email)
        super().send_account_already_exists_mail(email)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ARG002
        # allauth would put the request's host into it, and each host name of the site would have a limit of its own.
        return str(credentials.get("email", "")).lower()

    def _send_to_login(self, request: HttpRequest) -> NoReturn:
        self.add_message(request, messages.ERROR, message=str(self.error_messages["email_taken"]))
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))


def public_url(url: str) -> str:
    """The same page below PUBLIC_URL: `url` with the scheme and host of the setting."""
    parts = urlsplit(url)
    return f"{settings.PUBLIC_URL}{parts.path}{'?' if parts.query else ''}{parts.query}"
