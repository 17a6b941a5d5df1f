"""The site of Django admin."""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin

from apps.accounts.audit.staff import Recorded

# Of django-allauth: secrets of second factors, keys of sessions, tokens of providers. Staff have no business there;
# what they may do about them are actions on the page of users.
_NOT_FOR_STAFF = frozenset({"mfa", "usersessions", "socialaccount"})


class BackOfficeSite(AdminSite):
    """Nobody registers a page here whose changes the audit log does not see, or that shows secrets."""

    def register(self, model_or_iterable: Any, admin_class: type[ModelAdmin[Any]] | None = None, **options: Any) -> None:
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        models = [model for model in models if model._meta.app_label not in _NOT_FOR_STAFF]
        page = admin_class or ModelAdmin
        recorded = page if issubclass(page, Recorded) else type(page.__name__, (Recorded, page), {"__module__": page.__module__})
        super().register(models, recorded, **options)
