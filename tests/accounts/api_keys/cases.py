"""Keys that tests are made with."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from apps.accounts.api_keys import services
from apps.accounts.models import ApiKey, User, Workspace
from apps.accounts.policy import ApiActor

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADDRESS = "192.0.2.7"


def make_key(actor: User | ApiActor, workspace: Workspace, *scopes: str, **fields: Any) -> tuple[ApiKey, str]:
    """A key made at NOW, and its text; it may read links unless scopes are named."""
    names: Collection[str] = scopes or ("links:read",)
    return services.create_key(actor=actor, workspace=workspace, scope_names=names, **{"name": "Cron", "now": NOW, **fields})
