"""What staff do in the back office: whatever a page there saves or deletes is recorded with before and after."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import BaseForm, ModelChoiceField
from django.http import HttpRequest

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import Entry, record, record_all

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    _Base = ModelAdmin[Any]
else:
    _Base = object

_OTHER: Final = (AuditAction.OBJECT_CREATED, AuditAction.OBJECT_UPDATED, AuditAction.OBJECT_DELETED)
# By the name of the model: made, changed, deleted.
_WORDS: Final[Mapping[str, tuple[AuditAction, AuditAction, AuditAction]]] = {
    "user": (AuditAction.USER_CREATED, AuditAction.USER_UPDATED, AuditAction.USER_DELETED),
    "workspace": (AuditAction.WORKSPACE_CREATED, AuditAction.WORKSPACE_UPDATED, AuditAction.WORKSPACE_DELETED),
    "membership": (AuditAction.MEMBER_ADDED, AuditAction.MEMBER_ROLE_CHANGED, AuditAction.MEMBER_REMOVED),
    "ratelimitpolicy": (AuditAction.RATE_LIMIT_CREATED, AuditAction.RATE_LIMIT_UPDATED, AuditAction.RATE_LIMIT_DELETED),
    "consenttext": (AuditAction.CONSENT_TEXT_PUBLISHED, AuditAction.OBJECT_UPDATED, AuditAction.OBJECT_DELETED),
    "domain": (AuditAction.DOMAIN_ADDED, AuditAction.DOMAIN_UPDATED, AuditAction.DOMAIN_REMOVED),
}
_RIGHTS: Final = frozenset({"is_staff", "is_superuser", "groups", "user_permissions"})

Values = dict[str, Any]


class _Saved(HttpRequest):
    """A request whose page has been saved and recorded."""

    is_recorded: bool


class Recorded(_Base):
    """Mixin of every ModelAdmin; the site adds it. Where services record what they do, the page says so: `records_itself`."""

    @property
    def _records(self) -> bool:
        return not getattr(self, "records_itself", False)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        super().save_related(request, form, formsets, change)
        if not self._records:
            return
        cast("_Saved", request).is_recorded = True
        entries = _of_form(request, form, is_new=not change)
        record_all([*entries, *(entry for formset in formsets for entry in _of_formset(request, formset))])

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        entry = super().log_change(request, obj, message)
        if self._records and not getattr(request, "is_recorded", False):
            # Not by the usual form: the one for somebody's password.
            record(action=AuditAction.PASSWORD_CHANGED, actor=request.user, target=obj)
        return entry

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        if self._records:
            record(action=_words(obj)[2], actor=request.user, target=obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        if not self._records:
            super().delete_queryset(request, queryset)
            return
        with transaction.atomic():
            record_all([Entry(action=_words(obj)[2], actor=request.user, target=obj) for obj in queryset])
            super().delete_queryset(request, queryset)


def _words(obj: Model) -> tuple[AuditAction, AuditAction, AuditAction]:
    return _WORDS.get(str(obj._meta.model_name), _OTHER)


def _of_formset(request: HttpRequest, formset: Any) -> Iterator[Entry]:
    for form in formset.forms:
        if form in formset.deleted_forms:
            # Its row is gone; what it was is not.
            yield Entry(action=_words(form.instance)[2], actor=request.user, target_label=str(form.instance))
        elif form.has_changed():
            yield from _of_form(request, form, is_new=any(form.instance is obj for obj in formset.new_objects))


def _of_form(request: HttpRequest, form: Any, *, is_new: bool) -> Iterable[Entry]:
    """One entry, or none; of a user one for each kind of change."""
    obj: Model = form.instance
    made, changed, _deleted = _words(obj)
    before, after = _values(form, form.initial, is_new=is_new), _values(form, form.cleaned_data)
    if is_new:
        return [Entry(action=made, actor=request.user, target=obj, after=after)]
    actions: dict[AuditAction, list[str]] = {}
    for name in after:
        action = _of_user(name, after) if str(obj._meta.model_name) == "user" else None
        actions.setdefault(action or changed, []).append(name)
    return [
        Entry(
            action=action,
            actor=request.user,
            target=obj,
            before={name: before.get(name) for name in names},
            after={name: after[name] for name in names},
        )
        for action, names in actions.items()
    ]


def _of_user(name: str, after: Mapping[str, Any]) -> AuditAction | None:
    if name == "is_active":
        return AuditAction.USER_ACTIVATED if after[name] else AuditAction.USER_DEACTIVATED
    return AuditAction.USER_RIGHTS_CHANGED if name in _RIGHTS else None


def _values(form: BaseForm, values: Mapping[str, Any], *, is_new: bool = False) -> Values:
    names = [] if is_new else [name for name in form.changed_data if name in form.fields]
    return {name: _readable(form.fields[name], values.get(name)) for name in names}


def _readable(field: Any, value: Any) -> Any:
    """What a row of the log says of a value: things by their names."""
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, QuerySet | list) and all(isinstance(item, Model) for item in value):
        return sorted(str(item) for item in value)
    if isinstance(field, ModelChoiceField) and field.queryset is not None and value not in (None, ""):
        return str(field.queryset.filter(pk=value).first() or value)
    return value
