"""Users and workspaces in the back office."""

from typing import TYPE_CHECKING, Any, cast

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

import apps.accounts.api_keys.admin
import apps.accounts.audit.admin
import apps.accounts.privacy.admin  # noqa: F401 - registers its pages
from apps.accounts.api_keys.services import revoke_all_of
from apps.accounts.factors.services import remove_all_factors
from apps.accounts.models import Membership, RateLimitPolicy, User, Workspace
from apps.accounts.passwords.suggestions import suggest_password
from apps.accounts.sessions import end_all_sessions, void_sessions
from apps.common.admin import LongList

if TYPE_CHECKING:
    MembershipAdminBase = admin.ModelAdmin[Membership]
    MembershipInlineBase = admin.TabularInline[Membership, Workspace]
    PasswordFormBase = AdminPasswordChangeForm[User]
    RateLimitPolicyAdminBase = admin.ModelAdmin[RateLimitPolicy]
    WorkspaceAdminBase = admin.ModelAdmin[Workspace]
else:
    MembershipAdminBase = admin.ModelAdmin
    MembershipInlineBase = admin.TabularInline
    PasswordFormBase = AdminPasswordChangeForm
    RateLimitPolicyAdminBase = admin.ModelAdmin
    WorkspaceAdminBase = admin.ModelAdmin

# The back office has no log-in of its own: the site's is limited and verified, and keeps `next`.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class NewUserForm(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ("email", "full_name")
        field_classes: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suggested = format_html("{} <code>{}</code>", _("A random one that you can take:"), suggest_password())
        self.fields["password1"].help_text = format_html("{}{}", self.fields["password1"].help_text, suggested)


class PasswordForm(PasswordFormBase):
    """Whoever was logged in with the password before is so no longer."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - Django's signature
        user: User = super().save(commit)
        void_sessions(user)
        return user


@admin.register(User)
class UserAdmin(LongList, DjangoUserAdmin[User]):
    add_form = NewUserForm
    change_password_form = PasswordForm
    list_display = ("email", "full_name", "is_active", "is_staff", "created_at", "last_login")
    list_filter = ("is_active", "is_staff", "groups")
    search_fields = ("email", "full_name")
    search_help_text = _("E-mail address or name")
    ordering = ("-created_at", "-id")
    filter_horizontal = ("groups",)
    # The e-mail address is changed by its owner, who has to verify it.
    readonly_fields = ("email", "password_state", "created_at", "updated_at", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "full_name", "password_state")}),
        (_("May"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("created_at", "updated_at", "last_login")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "full_name", "usable_password", "password1", "password2")}),)

    actions = ("end_sessions", "remove_factors")

    @admin.action(description=_("Log out everywhere"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in self._changeable(request, queryset):
            end_all_sessions(user, by=cast("User", request.user))
        self.message_user(request, _("They are logged out everywhere."))

    @admin.action(description=_("Remove second factors, for who has lost them"), permissions=["change"])
    def remove_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in self._changeable(request, queryset):
            remove_all_factors(user, by=cast("User", request.user))
        self.message_user(request, _("The password alone lets them in now."))

    def _changeable(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        return [user for user in queryset if self.has_change_permission(request, user)]

    @admin.display(description=_("password"))
    def password_state(self, user: User) -> str:
        return str(_("Set") if user.has_usable_password() else _("None: the user can set one by resetting it"))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        own = [] if obj is None else list(super().get_readonly_fields(request, obj))
        return own if _is_superuser(request) else [*own, "is_superuser"]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Staff may not take over the account of a superuser."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.is_superuser or _is_superuser(request))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody: the user's links would vanish with the workspace, unseen by redirectors. Deactivate instead."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:  # noqa: FBT001
        if not change:
            User.objects.register(obj)
            return
        fields = [name for name in form.changed_data if name in {"full_name", "is_active", "is_staff", "is_superuser"}]
        obj.save(update_fields=[*fields, "updated_at"])
        if "is_active" in fields and not obj.is_active:
            void_sessions(obj)
            revoke_all_of(obj, actor=cast("User", request.user), now=timezone.now())


class MembershipInline(MembershipInlineBase):
    """Members and their roles. New ones are added on the page of memberships: a search field for each row
    would cost a query for each.
    """

    model = Membership
    extra = 0
    fields = ("user", "role", "created_at")
    readonly_fields = ("user", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "workspace").order_by("created_at", "id")

    def has_add_permission(self, request: HttpRequest, obj: Workspace | None = None) -> bool:
        return False


@admin.register(Membership)
class MembershipAdmin(LongList, MembershipAdminBase):
    list_display = ("user", "workspace", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "workspace")
    search_fields = ("user__email", "workspace__name")
    search_help_text = _("E-mail address of the member, or name of the workspace")
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("user", "workspace")
    readonly_fields = ("created_at",)


@admin.register(Workspace)
class WorkspaceAdmin(LongList, WorkspaceAdminBase):
    inlines = (MembershipInline,)
    list_display = ("name", "personal_for", "member_count", "created_at")
    list_select_related = ("personal_for",)
    search_fields = ("name", "personal_for__email")
    search_help_text = _("Name, or e-mail address of the one whose personal workspace it is")
    ordering = ("-created_at", "-id")
    fields = ("name", "personal_for", "public_id", "created_at", "updated_at")
    readonly_fields = ("personal_for", "public_id", "created_at", "updated_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workspace]:
        return super().get_queryset(request).annotate(member_count=Count("memberships"))

    @admin.display(description=_("members"), ordering="member_count")
    def member_count(self, workspace: Any) -> int:
        return int(workspace.member_count)

    def has_delete_permission(self, request: HttpRequest, obj: Workspace | None = None) -> bool:
        """Nobody: its links would vanish unseen by redirectors."""
        return False


@admin.register(RateLimitPolicy)
class RateLimitPolicyAdmin(LongList, RateLimitPolicyAdminBase):
    """Limits in place of those in settings; redirectors follow within ten seconds."""

    list_display = ("endpoint_class", "for_whom", "capacity", "per_seconds", "updated_at")
    list_filter = ("endpoint_class",)
    list_select_related = ("user", "group", "api_key")
    search_fields = ("user__email", "group__name", "api_key__prefix", "api_key__name")
    search_help_text = _("E-mail address of the user, name of the group, or name or beginning of the API key")
    ordering = ("endpoint_class", "id")
    autocomplete_fields = ("user", "api_key")
    fields = ("endpoint_class", "user", "group", "api_key", "capacity", "per_seconds", "created_at", "updated_at")
    readonly_fields = ("created_at", "updated_at")

    @admin.display(description=_("for"))
    def for_whom(self, policy: RateLimitPolicy) -> str:
        return policy.applies_to


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
