"""The site of Django admin."""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin

from apps.accounts.audit.staff import Recorded


class BackOfficeSite(AdminSite):
    """Nobody registers a page here whose changes the audit log does not see."""

    def register(self, model_or_iterable: Any, admin_class: type[ModelAdmin[Any]] | None = None, **options: Any) -> None:
        page = admin_class or ModelAdmin
        recorded = page if issubclass(page, Recorded) else type(page.__name__, (Recorded, page), {"__module__": page.__module__})
        super().register(model_or_iterable, recorded, **options)
