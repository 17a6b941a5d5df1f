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
