"""What the audit log says of links: who changed which field from what to what. Passwords are only said to be set."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import Entry, record_all
from apps.links.models import Link
from apps.links.tagging import TagChange

# Of a new link they are told when they are not what they usually are.
_FIELDS: Final = (
    "destination_url",
    "title",
    "description",
    "is_active",
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
_PASSWORD: Final = "password"  # noqa: S105 - a name

State = Mapping[str, Any]


def state_of(link: Link) -> State:
    """What can be changed of a link, but for its tags and rules; without a query."""
    return {"code": link.code, **{name: getattr(link, name) for name in _FIELDS}, _PASSWORD: bool(link.password_hash)}


def record(*, action: AuditAction, actor: object | None, link: Link, before: State | None = None, after: State | None = None) -> None:
    """One row about `link`, whose domain is at hand."""
    record_all([_entry(action, actor, link, before, after)])


def record_created(*, actor: object, link: Link, tags: TagChange | None) -> None:
    """A row with what `link` began as."""
    record_all_created(actor=actor, links=[link], tags={link.pk: tags} if tags else {})


def record_all_created(*, actor: object, links: Sequence[Link], tags: Mapping[int, TagChange]) -> None:
    """A row for each with what it began as, in one query; `tags` by link (id)."""
    usual = state_of(Link())
    entries = []
    for link in links:
        values = {name: value for name, value in state_of(link).items() if value != usual[name]}
        if link.pk in tags:
            values["tags"] = list(tags[link.pk].after)
        entries.append(_entry(AuditAction.LINK_CREATED, actor, link, None, values))
    record_all(entries)


def record_edited(*, actor: object, link: Link, before: State, password_changed: bool, tags: TagChange | None) -> None:
    """A row each for fields, password and tags, as far as they have changed; in one query."""
    after = state_of(link)
    entries = []
    fields = [name for name in before if name != _PASSWORD and before[name] != after[name]]
    if fields:
        values = ({name: state[name] for name in fields} for state in (before, after))
        entries.append(_entry(AuditAction.LINK_UPDATED, actor, link, *values))
    if password_changed:
        action = AuditAction.LINK_PASSWORD_SET if after[_PASSWORD] else AuditAction.LINK_PASSWORD_CLEARED
        entries.append(_entry(action, actor, link, {_PASSWORD: before[_PASSWORD]}, {_PASSWORD: after[_PASSWORD]}))
    if tags is not None:
        entries.append(_entry(AuditAction.LINK_TAGS_CHANGED, actor, link, {"tags": list(tags.before)}, {"tags": list(tags.after)}))
    record_all(entries)


def _entry(action: AuditAction, actor: object | None, link: Link, before: State | None, after: State | None) -> Entry:
    return Entry(action=action, actor=actor, target=link, target_label=f"{link.domain.hostname}/{link.code}", before=before, after=after)
