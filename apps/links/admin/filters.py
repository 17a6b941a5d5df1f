"""Filters of the links list in the back office."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.links.listing import in_state
from apps.links.models import Link, LinkQuerySet, LinkState

STATE_NAMES: Final = {
    LinkState.ACTIVE: _("active"),
    LinkState.SCHEDULED: _("scheduled"),
    LinkState.EXPIRED: _("expired"),
    LinkState.USED_UP: _("used up"),
    LinkState.DISABLED: _("disabled"),
    LinkState.BANNED: _("blocked"),
    LinkState.DELETED: _("deleted"),
}


class StateFilter(admin.SimpleListFilter):
    """By what visitors meet; without a choice all links are listed, deleted ones too."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STATE_NAMES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Link]) -> QuerySet[Link]:
        state = self.value()
        return in_state(queryset, state) if state and isinstance(queryset, LinkQuerySet) else queryset


class FlaggedFilter(admin.SimpleListFilter):
    """By whether visitors are warned before they go on."""

    title = _("warning")
    parameter_name = "flagged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("with a warning")), ("no", _("without a warning"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Link]) -> QuerySet[Link]:
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(flagged_at__isnull=self.value() == "no")
