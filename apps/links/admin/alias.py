"""Codes that links had before: for looking up where one leads."""

from django.contrib import admin

from apps.common.admin import ReadOnly
from apps.links.admin.paginator import BoundedPaginator
from apps.links.models import Alias


@admin.register(Alias)
class AliasAdmin(ReadOnly, admin.ModelAdmin[Alias]):
    list_display = ["code", "domain", "link", "created_at"]
    list_select_related = ["domain", "link"]
    search_fields = ["code"]
    ordering = ["-pk"]
    paginator = BoundedPaginator
    show_full_result_count = False
