"""What the product decides differently from django-allauth's defaults."""

from typing import Any, NoReturn
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
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

from apps.accounts import lockout, log_ins
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.context_processors import SESSION_KEY
from apps.accounts.lockout import devices
from apps.accounts.models import User
from apps.accounts.privacy.offers import offer_to_take_back
from apps.accounts.sessions import void_sessions
from apps.accounts.signup import invitations, rules
from apps.common.requests import address_of

# Names of mail templates' values that hold a link.
_LINK = "_url"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Account behaviour of this product."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # The same for who has tried too often: whether a wait has begun is nobody's business but the owner's.
        "email_password_mismatch": _(
            "This e-mail address and password do not belong together. After several failed attempts "
            "wait a few minutes, or reset the password."
        ),
        "email_taken": _("This e-mail address is in use. Log in, or reset the password."),
        "duplicate_email": _("This is your e-mail address already."),
        "same_as_current": _("This is your e-mail address already."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many failed attempts. Wait a few minutes, or reset the password."),
        "account_inactive": _("This account has been closed."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return rules.is_open(request)

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:  # noqa: ARG002, FBT001, FBT002
        """Store who signs up with a personal workspace, in one transaction.

        `commit` is there for allauth's signature. Two sign-ups at the same moment with one address: the
        second is sent to the log-in.
        """
        filled: User = super().save_user(request, user, form, commit=False)
        try:
            with transaction.atomic():
                registered = User.objects.register(filled)
                record(action=AuditAction.SIGNED_UP, actor=registered, target=registered)
                invitations.forget(request)
                return registered
        except IntegrityError:
            self._send_to_login(request)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Mark `email_address` as verified and make it the log-in, unless another user has taken it meanwhile."""
        request.session.pop(SESSION_KEY, None)
        user = email_address.user
        before = user.email
        try:
            with transaction.atomic():
                is_verified = bool(super().confirm_email(request, email_address))
                if is_verified:
                    _record_verified(user, before=before, after=email_address.email)
                return is_verified
        except IntegrityError:
            failed = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, failed, {"email": email_address.email})
            return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try. Who has to wait is answered as if the password were wrong, and after the same time."""
        email, address = str(credentials.get("email", "")), address_of(request)
        try:
            lockout.check(email, address, device=devices.known(request, email))
        except lockout.TooManyAttempts:
            make_password(str(credentials.get("password", "")))
            raise self.validation_error("email_password_mismatch") from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user whose password it is, who may be shut; None for a wrong one."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            email = str(credentials.get("email", ""))
            lockout.succeeded(email, address_of(request), device=devices.known(request, email))
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        email = str(credentials.get("email", ""))
        log_ins.log_in_failed(email, address_of(request), device=devices.known(request, email))

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        """Who is in: recorded, and known by this browser from now on."""
        answer: HttpResponse = super().post_login(request, user, **details)
        records = get_authentication_records(request, user)
        log_ins.logged_in(user, method=records[-1]["method"] if records else "")
        devices.keep(request, answer, user.email)
        return answer

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            record(action=AuditAction.LOGGED_OUT, actor=request.user, target=request.user)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """Store a new password, of a user who is logged in or follows the link of a mail."""
        is_reset = not self.request.user.is_authenticated
        user.set_password(password)
        with transaction.atomic():
            user.save(update_fields=["password", "updated_at"])
            void_sessions(user, but=self.request.session.session_key or "")
            action = AuditAction.PASSWORD_RESET if is_reset else AuditAction.PASSWORD_CHANGED
            record(action=action, actor=user, target=user)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        record(action=AuditAction.PASSWORD_RESET_ASKED, actor=None, target=user)
        super().send_password_reset_mail(user, email, context)

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

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        # allauth's name for it: the password was reset by who reads the account's mail.
        lockout.forgive(str(credentials.get("email", "")), address_of(request))

    def _send_to_login(self, request: HttpRequest) -> NoReturn:
        self.add_message(request, messages.ERROR, message=str(self.error_messages["email_taken"]))
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))


def _record_verified(user: User, *, before: str, after: str) -> None:
    record(action=AuditAction.EMAIL_VERIFIED, actor=user, target=user, target_label=after)
    if before.lower() != after.lower():
        was, now = {"email": before}, {"email": after}
        record(action=AuditAction.EMAIL_CHANGED, actor=user, target=user, target_label=after, before=was, after=now)


def public_url(url: str) -> str:
    """The same page below PUBLIC_URL: `url` with the scheme and host of the setting."""
    parts = urlsplit(url)
    return f"{settings.PUBLIC_URL}{parts.path}{'?' if parts.query else ''}{parts.query}"
