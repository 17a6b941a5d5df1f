"""Texts to agree to, and accounts to be deleted, in the back office."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.models import AccountDeletion, ConsentText
from apps.accounts.privacy import consent
from apps.common.admin import LongList

if TYPE_CHECKING:
    _DeletionBase = admin.ModelAdmin[AccountDeletion]
    _TextBase = admin.ModelAdmin[ConsentText]
else:
    _DeletionBase = _TextBase = admin.ModelAdmin


@admin.register(ConsentText)
class ConsentTextAdmin(LongList, _TextBase):
    """What is added is published at once, as the next version; what people have agreed to is never changed."""

    list_display = ("kind", "version", "published_at")
    list_filter = ("kind",)
    ordering = ("-published_at", "-id")
    fields = ("kind", "text")

    def has_change_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ConsentText, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        consent.publish(text=obj)


@admin.register(AccountDeletion)
class AccountDeletionAdmin(LongList, _DeletionBase):
    """Staff may keep the owner of an account from opening it again."""

    list_display = ("user", "asked_at", "due_at", "may_take_back")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("due_at", "id")
    fields = ("user", "asked_at", "due_at", "may_take_back")
    readonly_fields = ("user", "asked_at", "due_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccountDeletion | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: AccountDeletion, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        obj.save(update_fields=form.changed_data)
