"""What this room adds to the export of a user's data."""

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from apps.accounts.audit import files, selectors, texts
from apps.accounts.audit.filters import AuditFilter
from apps.accounts.models import AuditLog, Consent, Membership, User
from apps.accounts.privacy.registry import Part

_PROFILE: Final = ("email", "full_name", "is_active", "is_staff", "is_superuser", "created_at", "updated_at", "last_login")

_API_LOG_IN: Final = ("address", "user_agent", "created_at", "current_issued_at")


def _profile(user: User) -> Iterator[bytes]:
    values = {name: getattr(user, name) for name in _PROFILE}
    addresses = EmailAddress.objects.filter(user=user).order_by("pk")
    yield _json(
        {
            **values,
            "groups": sorted(user.groups.values_list("name", flat=True)),
            "email_addresses": list(addresses.values("email", "verified", "primary")),
            # That there is a second factor, never what it is made of.
            "second_factors": _rows("mfa.Authenticator", user, "type", "created_at", "last_used_at"),
            "sessions": _rows("usersessions.UserSession", user, "ip", "user_agent", "created_at", "last_seen_at"),
            "api_log_ins": list(user.token_families.order_by("created_at").values(*_API_LOG_IN)),
            "providers": _rows("socialaccount.SocialAccount", user, "provider", "uid", "date_joined", "last_login"),
        }
    )


def _rows(model: str, user: User, *fields: str) -> list[dict[str, Any]]:
    """Rows of a model of django-allauth about `user`; none where its app is not in use."""
    label, name = model.split(".")
    if not apps.is_installed(f"allauth.{label}"):
        return []
    return list(apps.get_model(label, name)._default_manager.filter(user=user).order_by("pk").values(*fields))


def _memberships(user: User) -> Iterator[bytes]:
    found = Membership.objects.filter(user=user).order_by("created_at", "pk").select_related("workspace")
    yield _json(
        [
            {
                "workspace": membership.workspace.name,
                "is_personal": membership.workspace.personal_for_id == user.pk,
                "role": membership.role,
                "since": membership.created_at,
            }
            for membership in found
        ]
    )


def _consents(user: User) -> Iterator[bytes]:
    found = Consent.objects.filter(user=user).order_by("agreed_at", "pk")
    yield _json(list(found.values("text__kind", "text__version", "agreed_at", "address")))


def _done(user: User) -> Iterator[bytes]:
    return _log(AuditLog.objects.filter(actor_id=user.pk), user)


def _happened(user: User) -> Iterator[bytes]:
    return _log(selectors.rows_of_account(user), user)


def _log(rows: "QuerySet[AuditLog]", user: User) -> Iterator[bytes]:
    return files.write(texts.shown(block, reader=user) for block in selectors.blocks(rows, AuditFilter(), tz=UTC))


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode(errors="backslashreplace")


PARTS: Final = (
    Part("profile.json", _profile),
    Part("workspaces.json", _memberships),
    Part("consents.json", _consents),
    Part("what-you-did.csv", _done),
    Part("what-happened-to-your-account.csv", _happened),
)
