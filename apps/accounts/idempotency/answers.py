"""The answer to a request is kept in the transaction of what the request did: there are both, or neither.

After draft-ietf-httpapi-idempotency-key-header-07. A request that failed has done nothing and is not kept: again, it is tried anew.
Of two at once the second waits for the first at the unique index; a process that is killed takes its row with it.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import KeptAnswer, User
from apps.accounts.policy import ApiActor
from apps.common.errors import DomainError

KEPT: Final = timedelta(hours=24)
# How long the second of two waits for the first (ms).
_WAIT: Final = 10_000
_LOCK_NOT_AVAILABLE: Final = "55P03"


class KeyUsed(DomainError):
    """The key came with another request before."""

    code = "idempotency_key_reused"
    http_status = 422


class StillAtWork(DomainError):
    """The first request with this key takes longer than anybody should wait."""

    code = "idempotency_in_progress"
    http_status = 409


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `body` is JSON. `is_repeated` when it is an earlier one."""

    status: int
    headers: Mapping[str, str]
    body: str
    is_repeated: bool = False


def once(*, actor: User | ApiActor, key: str, asked: bytes, act: Callable[[], Answer], now: datetime) -> Answer:
    """What `act` answers, or the answer that the same request of `actor` with `key` got before; `asked` is all that tells requests apart.

    All that `act` writes is one transaction with the answer. Raises KeyUsed, StillAtWork and whatever `act` raises.
    """
    fingerprint = hmac.digest(key.encode(), asked, hashlib.sha256)
    key_digest = hashlib.sha256(f"{_program(actor)}:{key}".encode()).digest()
    with transaction.atomic():
        row, is_first = _begin(actor.pk, key_digest, fingerprint, now=now)
        if not is_first:
            if not hmac.compare_digest(bytes(row.fingerprint), fingerprint):
                raise KeyUsed(_("Another request came with this Idempotency-Key before. Choose a new one."), field="Idempotency-Key")
            return Answer(row.status, row.headers, row.body, is_repeated=True)
        answer = act()
        row.status, row.headers, row.body = answer.status, dict(answer.headers), answer.body
        row.save(update_fields=["status", "headers", "body"])
        return answer


def purge(*, now: datetime) -> int:
    """Forget answers that are older than KEPT; how many."""
    count, _by_model = KeptAnswer.objects.filter(created_at__lt=now - KEPT).delete()
    return count


def _begin(user_id: int, key_digest: bytes, fingerprint: bytes, *, now: datetime) -> tuple[KeptAnswer, bool]:
    """The row of this key, and whether it is new; one that is too old counts as none."""
    KeptAnswer.objects.filter(user=user_id, key_digest=key_digest, created_at__lt=now - KEPT).delete()
    made = KeptAnswer(user_id=user_id, key_digest=key_digest, fingerprint=fingerprint, created_at=now)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{_WAIT}ms"])
            KeptAnswer.objects.bulk_create([made], ignore_conflicts=True)
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise StillAtWork(
            _("The first request with this Idempotency-Key is still at work. Try again."), params={"retry_after": 5}
        ) from None
    row = KeptAnswer.objects.get(user=user_id, key_digest=key_digest)
    # In this transaction no row that was answered has status 0.
    return row, row.status == 0


def _program(actor: User | ApiActor) -> str:
    return str(actor.key_id or "") if isinstance(actor, ApiActor) else ""
