"""Exporting the clicks of a link."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from prometheus_client import Counter

from apps.accounts import policy
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.policy import Action, Actor
from apps.analytics.exports import reading
from apps.analytics.exports.formats import Format, write
from apps.analytics.exports.reading import Row, Selection
from apps.common.errors import NotFound
from apps.links.models import Link

EXPORTED = Counter("clicks_exported_total", "Clicks that went into files, by their format.", ["format"])

# Called with the clicks written so far.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be written: `total` clicks as they were counted before, and its bytes, piece by piece."""

    total: int
    pieces: Iterator[bytes]


def may_export(actor: Actor, link: Link) -> bool:
    """Whether `actor` may have single clicks of `link`: its owner, as long as a member, and who manages its workspace."""
    allowed = policy.allowed_on(actor, link)
    is_owner = link.owner_id == actor.pk and policy.within_scopes(actor, Action.CLICKS_EXPORT)
    return Action.CLICKS_EXPORT in allowed or (is_owner and Action.ANALYTICS_VIEW in allowed)


def export_of_link(*, actor: Actor, link: Link, selection: Selection, format_: Format, progress: Progress = lambda _done: None) -> Export:
    """The export that `actor` asks for, which is noted in the audit log.

    Raises PermissionDenied or NotFound, NotFound also for a format that cannot be written here, and AnalyticsUnavailable.
    """
    if not may_export(actor, link):
        policy.require(actor, Action.CLICKS_EXPORT, link)
    made = export(selection=selection, format_=format_, progress=progress)
    name = f"{link.domain.hostname}/{link.code}"
    after = {"clicks": made.total, "format": str(format_)}
    record(action=AuditAction.CLICKS_EXPORTED, actor=actor, target=link, target_label=name, after=after)
    return made


def export(*, selection: Selection, format_: Format, progress: Progress = lambda _done: None) -> Export:
    """The export of `selection`, for whom nobody has to ask.

    Raises NotFound for a format that cannot be written here, and AnalyticsUnavailable, the latter also while it is written.
    """
    if not format_.is_available:
        raise NotFound(_("Parquet files cannot be made by this installation."))
    total = reading.count(selection)
    return Export(total, write(format_, _counted(reading.blocks(selection), format_, progress)))


def _counted(blocks: Iterator[list[Row]], format_: Format, progress: Progress) -> Iterator[Sequence[Row]]:
    done = 0
    for block in blocks:
        yield block
        done += len(block)
        EXPORTED.labels(str(format_)).inc(len(block))
        progress(done)
