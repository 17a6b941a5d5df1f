"""One's own data: to take away, to have deleted, and what was agreed to."""

from typing import Final

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.api_keys.selectors import list_own_keys
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import Consent, ConsentText, User
from apps.accounts.privacy import archive, consent, deletion, offers, selectors
from apps.accounts.privacy.errors import DeletionRefused
from apps.accounts.privacy.forms import ConsentForm, DeletionForm
from apps.common.access import logged_in_only
from apps.common.errors import NotFound
from apps.common.navigation import next_of
from apps.common.streams import streamed

_UNPROCESSABLE: Final = 422
# Between two exports of one user (s): each reads everything.
_EXPORT_PAUSE: Final = 60


@logged_in_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is kept, what was agreed to, and the way out."""
    user = _user(request)
    consents = Consent.objects.filter(user=user).select_related("text").defer("text__text").order_by("-agreed_at", "-pk")
    return render(request, "accounts/privacy/index.html", {"consents": consents, "days": settings.ACCOUNT_DELETION_DAYS})


@logged_in_only
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def export(request: HttpRequest) -> HttpResponse:
    """All that is kept about the reader, as a ZIP file that is written while it is sent."""
    user = _user(request)
    if not cache.add(f"privacy:export:{user.pk}", 1, _EXPORT_PAUSE):
        messages.error(request, _("Your data was put together a moment ago. Wait a minute before you ask again."))
        return redirect("privacy:index")
    record(action=AuditAction.DATA_EXPORTED, actor=user, target=user)
    name = f"your-data-{timezone.localdate():%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return streamed(request, archive.write(user), content_type="application/zip", headers=headers)  # type: ignore[return-value] # guards of pages know no streams


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def delete(request: HttpRequest) -> HttpResponse:
    """What deleting the account does, and the form that asks for it."""
    user = _user(request)
    form = DeletionForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            asked = deletion.ask(user=user, now=timezone.now())
        except DeletionRefused as error:
            form.add_error(None, error.message)
        else:
            logout(request)
            messages.success(request, _("Your account is shut. It will be deleted on %(day)s.") % {"day": f"{asked.due_at:%Y-%m-%d}"})
            return redirect("account_login")
    context = {
        "form": form,
        "to_hand_over": selectors.to_hand_over(user),
        "to_go_along": selectors.to_go_along(user),
        "keys_of_teams": list_own_keys(actor=user).filter(membership__workspace__personal_for=None),
        "days": settings.ACCOUNT_DELETION_DAYS,
    }
    return render(request, "accounts/privacy/delete.html", context, status=_UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest) -> HttpResponse:
    """Offers an account back to whoever has just shown its password. Logging in comes after it, with all that it asks for."""
    user = offers.offered(request)
    found = selectors.deletion_of(user, now=timezone.now()) if user else None
    if user is None or found is None:
        return redirect("account_login")
    if request.method == "POST":
        deletion.take_back(user=user, now=timezone.now())
        offers.forget(request)
        messages.success(request, _("Your account is open again. Log in to go on."))
        return redirect("account_login")
    return render(request, "accounts/privacy/take_back.html", {"deletion": found})


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: HttpRequest) -> HttpResponse:
    """Asks for what the reader has not agreed to yet."""
    user = _user(request)
    form = ConsentForm(request.POST if request.method == "POST" else None, user=user)
    if not form.consent_texts or (request.method == "POST" and form.is_valid()):
        consent.agree(user=user, texts=form.consent_texts, now=timezone.now())
        request.session.pop(consent.SESSION_KEY, None)
        return redirect(next_of(request, default="/"))
    context = {"form": form, "next": request.GET.get("next", "") or request.POST.get("next", "")}
    return render(request, "accounts/privacy/consent.html", context, status=_UNPROCESSABLE if form.errors else 200)


@require_safe
def legal(request: HttpRequest, kind: str) -> HttpResponse:
    """The text of a kind that is in force, for everybody. Raises NotFound while there is none."""
    text = consent.text_in_force(kind) if kind in ConsentText.Kind.values else None
    if text is None:
        raise NotFound(_("There is no such thing here."))
    return render(request, "accounts/privacy/legal.html", {"text": text})


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
