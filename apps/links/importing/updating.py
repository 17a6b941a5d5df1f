"""Changing links that are there already to what a file says. What the file leaves empty stays as it is."""

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.accounts.policy import Actor
from apps.common.errors import DomainError
from apps.links import rules, services
from apps.links.changes import LinkChanges
from apps.links.drafts import Draft
from apps.links.importing.models import Outcome
from apps.links.importing.planning import Planned
from apps.links.importing.records import refusal
from apps.links.models import Link

_FIELDS: Final = (
    "destination_url",
    "title",
    "description",
    "valid_from",
    "expires_at",
    "redirect_status",
    "cache_seconds",
    "forward_query",
    "forward_path",
    "utm",
    "max_clicks",
    "is_crawlable",
)


def update(planned: Planned, *, actor: Actor, now: datetime) -> None:
    """Change the link that is there, by the services that do so for people, too; what became of it is noted in `planned`."""
    draft, present = planned.draft, planned.present
    if draft is None or present is None:
        return
    try:
        _require_no_less_closed(draft, present)
        changed = _changed(draft, present, actor=actor, now=now)
    except DomainError as error:
        planned.outcome, planned.problem = Outcome.REFUSED, error.code
        planned.messages = [error.message, *draft.notes]
    else:
        planned.outcome = Outcome.UPDATED if changed.version > present.version else Outcome.UNCHANGED


def _require_no_less_closed(draft: Draft, present: Link) -> None:
    if draft.link.password_hash and not present.password_hash:
        raise refusal("is_open_here", _("This link has a password in the file and none here. Set one here first."))


def _changed(draft: Draft, present: Link, *, actor: Actor, now: datetime) -> Link:
    usual = Link()
    values: dict[str, Any] = {
        name: value for name in _FIELDS if (value := getattr(draft.link, name)) not in (None, "") and value != getattr(usual, name)
    }
    if draft.tags:
        values["tags"] = draft.tags
    link = services.update_link(actor=actor, link=present, changes=LinkChanges(**values), now=now)
    if draft.rules:
        link = rules.set_rules(actor=actor, link=link, rules=draft.rules, now=now)
    return link if draft.link.is_active else services.set_link_active(actor=actor, link=link, is_active=False, now=now)
