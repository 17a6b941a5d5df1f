"""What the back office pages of several rooms share."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """Mixin of a ModelAdmin: look, but do not touch."""

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


class LongList:
    """Mixin of a ModelAdmin whose list may be long: counting all rows for each page would cost more than the page."""

    list_per_page = 50
    show_full_result_count = False
