"""Whose key it is that somebody presents."""

from datetime import datetime
from typing import NoReturn

from django.conf import settings
from django.utils.translation import gettext as _

from apps.accounts.api_keys import last_use, metrics, scopes
from apps.accounts.api_keys.errors import KeyNotAccepted, TooManyWrongKeys
from apps.accounts.api_keys.key_text import is_right, prefix_of
from apps.accounts.audit.context import name_api_key
from apps.accounts.models import ApiKey
from apps.accounts.policy import ApiActor
from apps.common.ratelimit.clients import client_key
from apps.common.ratelimit.limiter import get_limiter
from apps.common.ratelimit.limits import RateLimit

_LIMIT_NAME = "wrong_key"


def verify(text: str, *, address: str, now: datetime) -> ApiKey:
    """The key that `text` is, with its member and workspace, in one query; one more once a minute notes that it is used.

    For the rest of the request the audit log names it. Raises KeyNotAccepted, and TooManyWrongKeys in its place for an `address`
    (canonical) that has presented too many: right keys let in from there all the same.
    """
    prefix = prefix_of(text)
    if prefix is None:
        _refuse("malformed", address, code="key_malformed", message=_("This is no API key: a part is missing, or a character is wrong."))
    key = ApiKey.objects.select_related("membership__user", "membership__workspace").filter(prefix=prefix).first()
    # Compared where there is no row, too: see key_text.
    if not is_right(text, key.secret_hash if key else None) or key is None:
        _refuse("wrong" if key else "unknown", address)
    _require_usable(key, now=now)
    metrics.USED.inc()
    name_api_key(key.prefix)
    last_use.note(key, address=address, now=now)
    return key


def actor_with(key: ApiKey) -> ApiActor:
    """Whoever came with `key`, for the policy: the role counts that its owner has now."""
    return ApiActor(
        user=key.membership.user,
        scopes=frozenset(scopes.known(key.scopes)),
        workspace_id=key.membership.workspace_id,
        domain_id=key.domain_id,
        key_id=key.pk,
        valid_until=key.expires_at,
    )


def _require_usable(key: ApiKey, *, now: datetime) -> None:
    """Who gets here has the secret, and may know what became of the key."""
    reasons = {
        "revoked": key.revoked_at is not None,
        "expired": key.is_expired_at(now),
        "inactive": not key.membership.user.is_active,
    }
    reason = next((name for name, holds in reasons.items() if holds), None)
    if reason is not None:
        metrics.REFUSED.labels(reason).inc()
        raise KeyNotAccepted(_("This API key is not valid."), code="key_owner_inactive" if reason == "inactive" else f"key_{reason}")


def _refuse(reason: str, address: str, *, code: str = "", message: str = "") -> NoReturn:
    """Count a wrong key against its address."""
    limit = RateLimit.parse(_LIMIT_NAME, settings.WRONG_KEY_LIMIT)
    subject = client_key(address)
    decision = get_limiter().take(limit, subject) if limit is not None and subject else None
    if decision is not None and not decision.allowed:
        metrics.REFUSED.labels("too_many").inc()
        raise TooManyWrongKeys(
            _("Too many wrong API keys came from your address. Wait, and look at the key."), retry_after=decision.retry_after
        )
    metrics.REFUSED.labels(reason).inc()
    raise KeyNotAccepted(message or _("This API key is not valid."), code=code)
