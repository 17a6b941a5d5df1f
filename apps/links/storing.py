"""Storing a batch of new links: a few statements, however many links."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from apps.accounts.policy import Actor
from apps.common.copying import copy_models, copy_rows, next_keys
from apps.events import outbox
from apps.events.topics import Topic
from apps.links import audit
from apps.links.drafts import Draft
from apps.links.events import payload_of
from apps.links.models import Alias, Link, LinkTag, RedirectRule, Tag
from apps.links.tagging import TagChange, ensure_tags

# An alias comes with a second version: in its first one a link has had no other code.
_FIRST, _SECOND = 1, 2
# Names as the database compares them, each with its tag.
_TAGS: Final = """
SELECT wanted.name, tag.id, tag.name FROM unnest(%s::text[]) AS wanted (name)
JOIN links_tag AS tag ON tag.workspace_id = %s AND lower(tag.name) = lower(wanted.name)
"""
Tags = dict[str, Tag]


def store(drafts: Sequence[Draft], *, workspace_id: int, actor: Actor, now: datetime) -> list[Link]:
    """Store the drafts as links of a workspace, owned by `actor`, with tags, rules, aliases, events for the bus and rows of the audit
    log, in the caller's transaction. Raises IntegrityError when a code has been taken meanwhile.

    Redirectors learn of the links from the bus: what they may remember of these codes is that there is nothing.
    """
    if not drafts:
        return []
    links = _numbered(drafts, workspace_id=workspace_id, owner_id=actor.pk, now=now)
    copy_models(links)
    given = _store_tags(drafts, workspace_id=workspace_id)
    _store_rules(drafts)
    aliases = _store_aliases(drafts, now=now)
    for link in links:
        # All is at hand that the payload of the event looks up otherwise.
        link._prefetched_objects_cache = {"tags": given.get(link.pk, []), "aliases": aliases.get(link.pk, [])}  # type: ignore[attr-defined]
    outbox.record_all(topic=Topic.URL_CREATED, events=[(str(link.pk), payload_of(link)) for link in links], occurred_at=now)
    named = {pk: TagChange(before=(), after=sorted(tag.name for tag in tags)) for pk, tags in given.items()}
    audit.record_all_created(actor=actor, links=links, tags=named)
    return links


def _numbered(drafts: Sequence[Draft], *, workspace_id: int, owner_id: int | None, now: datetime) -> list[Link]:
    for draft, number in zip(drafts, next_keys(Link, len(drafts)), strict=True):
        link = draft.link
        link.pk = number
        link.workspace_id, link.owner_id = workspace_id, owner_id
        link.version = _SECOND if draft.aliases else _FIRST
        link.updated_at = now
    return [draft.link for draft in drafts]


def _store_tags(drafts: Sequence[Draft], *, workspace_id: int) -> Mapping[int, list[Tag]]:
    """Tags by link (id)."""
    names = sorted({name for draft in drafts for name in draft.tags})
    if not names:
        return {}
    ensure_tags(workspace_id=workspace_id, names=names)
    with connection.cursor() as cursor:
        cursor.execute(_TAGS, [names, workspace_id])
        found = {wanted: Tag(pk=pk, name=name, workspace_id=workspace_id) for wanted, pk, name in cursor.fetchall()}
    given = {draft.link.pk: list({found[name].pk: found[name] for name in draft.tags}.values()) for draft in drafts if draft.tags}
    copy_rows(LinkTag, ("link_id", "tag_id"), ((pk, tag.pk) for pk, tags in given.items() for tag in tags))
    return given


def _store_rules(drafts: Sequence[Draft]) -> None:
    rows = (
        (draft.link.pk, rule.priority, list(rule.conditions), rule.destination_url, rule.weight) for draft in drafts for rule in draft.rules
    )
    copy_rows(RedirectRule, ("link_id", "priority", "conditions", "destination_url", "weight"), rows)


def _store_aliases(drafts: Sequence[Draft], *, now: datetime) -> Mapping[int, list[Alias]]:
    made = [Alias(domain_id=one.domain.pk, code=code, link_id=one.link.pk, created_at=now) for one in drafts for code in one.aliases]
    columns = ("domain_id", "code", "link_id", "created_at")
    copy_rows(Alias, columns, ([getattr(alias, name) for name in columns] for alias in made))
    by_link: dict[int, list[Alias]] = {}
    for alias in made:
        by_link.setdefault(alias.link_id, []).append(alias)
    return by_link
