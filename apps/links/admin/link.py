"""Links in the back office."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, Func, IntegerField, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.policy import Actor
from apps.common.admin import LongList
from apps.common.errors import DomainError
from apps.links import destinations, selectors, services
from apps.links.admin.filters import STATE_NAMES, FlaggedFilter, StateFilter
from apps.links.admin.forms import LinkForm
from apps.links.admin.moderation import ModerationActions, actor_of
from apps.links.admin.paginator import BoundedPaginator
from apps.links.admin.rules import RuleInline
from apps.links.changes import UNSET, LinkChanges
from apps.links.models import Link
from apps.links.rules import set_rules
from apps.links.search.engine import SearchUnavailable
from apps.links.search.query import MAX_SIZE
from apps.links.search.selectors import find_ids

# Chosen when a link is made, and never again.
_ONCE = ["workspace", "domain", "code"]
_MODERATION = ["banned_at", "ban_reason", "flagged_at", "flag_reason"]
_KEPT_BY_US = ["owner", "state", *_MODERATION, "click_count", "version", "created_at", "updated_at", "deleted_at"]


@admin.register(Link)
class LinkAdmin(LongList, ModerationActions):
    """Every change is made by the services, which ask the policy, record events and drop caches."""

    # By the services.
    records_itself = True
    form = LinkForm
    inlines = [RuleInline]
    raw_id_fields = ["workspace"]
    list_display = ["short", "destination", "owner", "workspace", "state", "click_count", "created_at"]
    list_select_related = ["domain", "owner", "workspace"]
    list_filter = [StateFilter, FlaggedFilter, "domain"]
    # Any name: what is searched are the texts of the search engine.
    search_fields = ["code"]
    search_help_text = _("Words of the code, destination, title, description or tags; the best hundred are shown.")
    ordering = ["-pk"]
    paginator = BoundedPaginator
    actions = ["enable", "disable", "restore", *ModerationActions.moderation_actions]

    @admin.display(description=_("short URL"), ordering="code")
    def short(self, link: Link) -> str:
        return selectors.short_url(link)

    @admin.display(description=_("destination host"))
    def destination(self, link: Link) -> str:
        # Text, never a link: what is looked at here may be dangerous.
        return destinations.shown_host(link.destination_url)

    @admin.display(description=_("state"))
    def state(self, link: Link) -> str:
        return str(STATE_NAMES[link.state_at(timezone.now())])

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Link], search_term: str) -> tuple[QuerySet[Link], bool]:
        """As the pages search, but in all workspaces and among deleted links, too."""
        if not search_term.strip():
            return queryset, False
        try:
            found = find_ids(actor=actor_of(request), text=search_term, now=timezone.now(), size=MAX_SIZE)
        except SearchUnavailable:
            self.message_user(request, _("The search takes too long just now. Try fewer or longer words."), messages.ERROR)
            return queryset.none(), False
        place = Func(Value(list(found)), F("pk"), function="array_position", output_field=IntegerField())
        # The list's own order, when somebody has chosen one, comes after this.
        return queryset.filter(pk__in=found).order_by(*([] if "o" in request.GET else [place]), *queryset.query.order_by), False

    def get_fields(self, request: HttpRequest, obj: Link | None = None) -> list[Any]:
        if obj is None:
            return [*_ONCE, "destination_url", "title", "description", "tag_names", "valid_from", "expires_at"]
        return [*_ONCE, "destination_url", "title", "description", "tag_names", "is_active", "valid_from", "expires_at", *_KEPT_BY_US]

    def get_readonly_fields(self, request: HttpRequest, obj: Link | None = None) -> list[str]:
        return [] if obj is None else [*_ONCE, *_KEPT_BY_US]

    def has_change_permission(self, request: HttpRequest, obj: Link | None = None) -> bool:
        is_deleted = obj is not None and obj.deleted_at is not None
        return not is_deleted and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Link, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        data, now = form.cleaned_data, timezone.now()
        if change:
            self._update(actor_of(request), obj, form)
            return
        link = services.create_link(
            actor=actor_of(request),
            workspace=data["workspace"],
            domain=data["domain"],
            code=data["code"],
            destination_url=data["destination_url"],
            title=data["title"],
            description=data["description"],
            tags=data["tag_names"],
            valid_from=data["valid_from"],
            expires_at=data["expires_at"],
            now=now,
        )
        obj.pk, obj.code = link.pk, link.code

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if formset.has_changed():
            set_rules(actor=actor_of(request), link=form.instance, rules=formset.specs(), now=timezone.now())

    @staticmethod
    def _update(actor: Actor, link: Link, form: Any) -> None:
        asked, now = {name: form.cleaned_data[name] for name in form.changed_data}, timezone.now()
        changes = LinkChanges(
            destination_url=asked.get("destination_url", UNSET),
            title=asked.get("title", UNSET),
            description=asked.get("description", UNSET),
            tags=asked.get("tag_names", UNSET),
            valid_from=asked.get("valid_from", UNSET),
            expires_at=asked.get("expires_at", UNSET),
        )
        services.update_link(actor=actor, link=link, changes=changes, now=now)
        if "is_active" in asked:
            services.set_link_active(actor=actor, link=link, is_active=asked["is_active"], now=now)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            # Somebody else was quicker: the form was right when it was checked.
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def delete_model(self, request: HttpRequest, obj: Link) -> None:
        services.delete_link(actor=actor_of(request), link=obj, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        for link in queryset:
            self.delete_model(request, link)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Deleting is soft here, so nothing but the links themselves is concerned."""
        names = [selectors.short_url(link) for link in Link.objects.filter(pk__in=[link.pk for link in objs]).select_related("domain")]
        return names, {str(Link._meta.verbose_name_plural): len(names)}, set(), []

    @admin.action(description=_("Enable selected links"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        self._set_active(request, queryset, is_active=True)

    @admin.action(description=_("Disable selected links"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        self._set_active(request, queryset, is_active=False)

    @admin.action(description=_("Restore selected deleted links"), permissions=["delete"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        now, links = timezone.now(), self._not_banned(request, queryset)
        for link in links:
            services.restore_link(actor=actor_of(request), link=link, now=now)
        self._report(request, len(links))

    def _set_active(self, request: HttpRequest, queryset: QuerySet[Link], *, is_active: bool) -> None:
        now = timezone.now()
        # Deleted links stay as they are.
        links = self._not_banned(request, queryset.filter(deleted_at=None))
        for link in links:
            services.set_link_active(actor=actor_of(request), link=link, is_active=is_active, now=now)
        self._report(request, len(links))

    def _not_banned(self, request: HttpRequest, queryset: QuerySet[Link]) -> list[Link]:
        """Those of the links that may be changed; the moderator is told how many may not."""
        links = list(queryset)
        free = [link for link in links if link.banned_at is None]
        if count := len(links) - len(free):
            text = ngettext("%(count)d blocked link was left as it is.", "%(count)d blocked links were left as they are.", count)
            self.message_user(request, text % {"count": count}, messages.WARNING)
        return free
