"""The page of sessions."""

from typing import cast
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.models import TokenFamily, User
from apps.accounts.sessions import selectors, services
from apps.accounts.tokens import families


@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Where one is logged in."""
    browsers = selectors.browsers_of(cast("User", request.user), session_key=request.session.session_key)
    clients = selectors.api_clients_of(cast("User", request.user), now=timezone.now())
    return render(request, "accounts/sessions/list.html", {"browsers": browsers, "clients": clients})


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Log one of one's own browsers out."""
    user = cast("User", request.user)
    services.end_session(get_object_or_404(UserSession, pk=pk, user=user), by=user)
    messages.success(request, _("That browser is logged out."))
    return redirect("sessions:list")


@login_required
@require_POST
def end_client(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Log one of one's own programs out."""
    user = cast("User", request.user)
    get_object_or_404(TokenFamily, pk=pk, user=user)
    families.log_out(pk, by=user, now=timezone.now())
    messages.success(request, _("That program is logged out."))
    return redirect("sessions:list")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Log all of one's own browsers out but this one, and all clients of the API."""
    services.end_all_sessions(cast("User", request.user), but=request.session.session_key or "")
    messages.success(request, _("All other browsers are logged out."))
    return redirect("sessions:list")
