"""What moderators do with the links that they have selected in a list."""

from collections.abc import Callable
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.accounts.policy import Actor, BackOffice
from apps.common.errors import DomainError
from apps.links import moderation
from apps.links.models import Link


class ReasonForm(ActionForm):
    """Beside the choice of what to do: why."""

    reason = forms.CharField(
        label=_("Reason (to block or warn)"),
        required=False,
        max_length=moderation.REASON_MAX_LENGTH,
        # Visitors are told by these words why they are warned.
        widget=forms.TextInput(attrs={"placeholder": _("phishing, malware, fraud, spam …")}),
    )


class ModerationActions(admin.ModelAdmin[Link]):
    """Blocking links and warning of them, through the services."""

    action_form = ReasonForm
    moderation_actions = ("ban", "unban", "flag", "unflag")

    @admin.action(description=_("Block selected links"), permissions=["change"])
    def ban(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        self._moderate(request, queryset, partial(moderation.ban_link, reason=_reason(request)))

    @admin.action(description=_("Unblock selected links"), permissions=["change"])
    def unban(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        self._moderate(request, queryset, moderation.unban_link)

    @admin.action(description=_("Warn visitors of selected links"), permissions=["change"])
    def flag(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        self._moderate(request, queryset, partial(moderation.flag_link, reason=_reason(request)))

    @admin.action(description=_("Stop warning of selected links"), permissions=["change"])
    def unflag(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        self._moderate(request, queryset, moderation.unflag_link)

    def _moderate(self, request: HttpRequest, queryset: QuerySet[Link], change: Callable[..., Link]) -> None:
        now, count = timezone.now(), 0
        try:
            for link in queryset:
                change(actor=actor_of(request), link=link, now=now)
                count += 1
        except DomainError as error:
            # Such as a reason that is missing, which is so for all of them.
            self.message_user(request, error.message, messages.ERROR)
        if count:
            self._report(request, count)

    def _report(self, request: HttpRequest, count: int) -> None:
        self.message_user(request, ngettext("%(count)d link was handled.", "%(count)d links were handled.", count) % {"count": count})


def actor_of(request: HttpRequest) -> Actor:
    """Whoever works in the back office, with the permissions of their groups there."""
    return BackOffice(request.user) if isinstance(request.user, User) else request.user


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")
