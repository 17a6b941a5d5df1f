"""What the rest of the world learns of keys: that there is one more or less, never what it is made of."""

from datetime import datetime

from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import ApiKey, User
from apps.accounts.policy import ApiActor
from apps.events import outbox
from apps.events.topics import Topic


def announce(action: AuditAction, key: ApiKey, *, actor: User | ApiActor | None, now: datetime) -> None:
    """Record an event about the key's owner for the bus, in the running transaction."""
    payload = {
        "user_id": key.membership.user_id,
        "action": action.value,
        "actor_id": actor.pk if actor else None,
        "workspace_id": key.membership.workspace_id,
        "target_type": "apikey",
        "target_id": str(key.pk),
        "target_label": str(key),
    }
    outbox.record(topic=Topic.USER, key=str(key.membership.user_id), payload=payload, occurred_at=now)
