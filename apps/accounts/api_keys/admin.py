"""API keys in the back office: to be looked at and revoked, never to be read."""

from typing import TYPE_CHECKING, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.api_keys import services
from apps.accounts.models import ApiKey, User
from apps.common.admin import LongList, ReadOnly

if TYPE_CHECKING:
    _Base = admin.ModelAdmin[ApiKey]
else:
    _Base = admin.ModelAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly, LongList, _Base):
    """Whoever may change keys may revoke them; nobody makes any here."""

    records_itself = True
    list_display = ("prefix", "name", "owner", "workspace", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("membership__user", "membership__workspace")
    search_fields = ("prefix", "membership__user__email", "membership__workspace__name")
    search_help_text = _("How the key begins, e-mail address of its owner, or name of the workspace")
    ordering = ("-created_at", "-id")
    fields = (
        *("prefix", "name", "owner", "workspace", "scopes", "domain_hostname"),
        *("created_at", "expires_at", "last_used_at", "last_used_address", "revoked_at"),
    )
    readonly_fields = fields
    actions = ("revoke",)

    @admin.action(description=_("Revoke, at once and for good"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        number = services.revoke_by_staff(staff=cast("User", request.user), keys=queryset, now=timezone.now())
        self.message_user(request, ngettext("%(number)d key is revoked.", "%(number)d keys are revoked.", number) % {"number": number})

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_apikey")

    @admin.display(description=_("owner"))
    def owner(self, key: ApiKey) -> str:
        return str(key.membership.user)

    @admin.display(description=_("workspace"))
    def workspace(self, key: ApiKey) -> str:
        return str(key.membership.workspace)
