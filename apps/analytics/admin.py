"""Back office: a look at single clicks and at orphan clicks, within bounds that the tables' sizes do not move."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.analytics.models import ClickEvent, OrphanClick
from apps.analytics.orphan_report import TOP_PLACES, lost_places
from apps.analytics.queries import answering
from apps.common.admin import LongList, ReadOnly

# Clicks that can be paged through; counting on would read the whole table.
MOST_ROWS = 1000
# What lies in an event's id is its time to the millisecond; rows within this of it are searched.
_ID_MARGIN = timedelta(minutes=1)


class BoundedPaginator(Paginator[ClickEvent]):
    """Pages through the first MOST_ROWS rows and counts no further."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[ClickEvent]", self.object_list)
        return len(rows.values_list("pk")[:MOST_ROWS])


class SinceFilter(admin.SimpleListFilter):
    """How far back to look; without a choice, one day, since the table is in the order of links."""

    title = _("time")
    parameter_name = "since"
    spans = {"1h": timedelta(hours=1), "": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [("1h", _("Last hour")), ("7d", _("Last 7 days")), ("30d", _("Last 30 days"))]

    def choices(self, changelist: Any) -> Any:
        choices = list(super().choices(changelist))
        choices[0]["display"] = _("Last 24 hours")
        return choices

    def queryset(self, _request: HttpRequest, queryset: QuerySet[ClickEvent]) -> QuerySet[ClickEvent]:
        return queryset.filter(timestamp__gte=timezone.now() - self.spans.get(self.value() or "", self.spans[""]))


class LabelFilter(admin.SimpleListFilter):
    """A property with few values, which are known without asking the table."""

    values: Sequence[str]

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> Sequence[tuple[str, str]]:
        return [(value, value) for value in self.values]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[ClickEvent]) -> QuerySet[ClickEvent]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class DeviceFilter(LabelFilter):
    title = _("device")
    parameter_name = "device"
    values = ("desktop", "mobile", "tablet", "bot", "other")


class ReferrerFilter(LabelFilter):
    title = _("kind of referrer")
    parameter_name = "referrer_class"
    values = ("direct", "search", "social", "mail", "paid", "internal", "other")


class BotFilter(LabelFilter):
    title = _("why a bot")
    parameter_name = "bot_reason"
    values = ("crawler", "head", "prefetch", "empty_agent")


@admin.register(ClickEvent)
class ClickEventAdmin(ReadOnly, LongList, admin.ModelAdmin[Model]):
    """Clicks, newest first. They are looked at, never changed."""

    list_display = ["timestamp", "short_link", "country", "device", "browser", "os", "referrer_host", "is_bot"]
    list_filter = [SinceFilter, "is_bot", DeviceFilter, ReferrerFilter, BotFilter]
    search_fields = ["link_id"]
    search_help_text = _("Number of a link")
    ordering = ["-timestamp", "event_id"]
    paginator = BoundedPaginator
    actions = None

    @admin.display(description=_("link"))
    def short_link(self, click: ClickEvent) -> str:
        return f"{click.domain}/{click.code}"

    def get_search_results(self, _request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        """Clicks of one link, which lie together; nothing else is searched, since it would read everything."""
        term = search_term.strip()
        if not term:
            return queryset, False
        is_number = term.isascii() and term.isdecimal() and int(term) < 2**64
        return (queryset.filter(link_id=int(term)) if is_number else queryset.none()), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The click `object_id`, looked for at the time that its id tells."""
        try:
            event_id = UUID(object_id)
            at = datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC)
        except (ValueError, OverflowError):
            return None
        near = self.get_queryset(request).filter(timestamp__range=(at - _ID_MARGIN, at + _ID_MARGIN))
        return near.filter(event_id=event_id).first()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        with answering():
            return super().changelist_view(request, extra_context)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        with answering():
            return super().changeform_view(request, object_id, form_url, extra_context)


@admin.register(OrphanClick)
class OrphanClickAdmin(ReadOnly, admin.ModelAdmin[Model]):
    """What visitors asked for on domains of the installation, which no owner sees, summed up by path;
    owners see those of their own domains on the page of each. Single clicks, and whose they were, are not shown."""

    change_list_template = "admin/analytics/orphanclick/change_list.html"
    spans: Mapping[str, tuple[timedelta, Any]] = {
        "24h": (timedelta(days=1), _("Last 24 hours")),
        "7d": (timedelta(days=7), _("Last 7 days")),
        "30d": (timedelta(days=30), _("Last 30 days")),
    }

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(self.changelist_view), name="analytics_orphanclick_changelist")]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        chosen = request.GET.get("since", "")
        chosen = chosen if chosen in self.spans else "30d"
        context = {
            **self.admin_site.each_context(request),
            "title": _("Orphan clicks on domains of the installation"),
            "opts": self.opts,
            "spans": [(name, label, name == chosen) for name, (_span, label) in self.spans.items()],
            "places": lost_places(since=timezone.now() - self.spans[chosen][0]),
            "limit": TOP_PLACES,
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.change_list_template, context)
