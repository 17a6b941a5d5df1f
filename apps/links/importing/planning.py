"""What becomes of each row of a batch: looked up for all of them at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from apps.links import code_choice
from apps.links.drafts import Draft
from apps.links.errors import LinkError
from apps.links.importing import codes_offered
from apps.links.importing.judging import judge
from apps.links.importing.models import OnClash, Outcome
from apps.links.importing.places import Places
from apps.links.importing.records import FileRow, LinkRecord
from apps.links.models import Alias, Link

# Where a link is: domain (id) and code.
Spot = tuple[int, str]


@dataclass(slots=True)
class Planned:
    """One row: what becomes of it and, if anything does, the draft; `present` is the link that is there already."""

    line: int
    outcome: Outcome
    code: str = ""
    destination_url: str = ""
    problem: str = ""
    messages: list[str] = field(default_factory=list)
    new_code: str = ""
    draft: Draft | None = None
    present: Link | None = None


@dataclass(frozen=True, slots=True)
class _Taken:
    """Spots that are not free: those of links, with the link where it is this workspace's, and those of aliases."""

    links: Mapping[Spot, Link]
    aliases: frozenset[Spot]

    def __contains__(self, spot: Spot) -> bool:
        return spot in self.links or spot in self.aliases


class Planner:
    """Plans batches of one import. A planner that `remembers` knows the spots that rows before have taken: where a file is
    only looked through, no links are made that would tell."""

    def __init__(self, *, workspace_id: int, on_clash: str, remembers: bool) -> None:
        self._workspace_id = workspace_id
        self._on_clash = on_clash
        self._remembers = remembers
        self._seen: set[int] = set()

    def plan(self, rows: Sequence[FileRow], *, places: Places, now: datetime) -> list[Planned]:
        """In the order of the rows. At most four queries, however many they are."""
        planned = [_judged(row, places, now) for row in rows]
        drafts = [one.draft for one in planned if one.draft]
        taken = _taken(_spots(drafts))
        here: set[Spot] = set()
        clashing = [one for one in planned if one.draft and self._clashes(one, taken, here)]
        offers = self._offers(clashing)
        self._settle(clashing, taken, offers, here)
        for one in planned:
            if one.draft and one.outcome is Outcome.CREATED:
                self._keep_free_aliases(one.draft, taken, here)
        if self._remembers:
            self._seen |= {hash(spot) for spot in here}
        return planned

    def _clashes(self, planned: Planned, taken: _Taken, here: set[Spot]) -> bool:
        """Whether the row cannot have its code; rows that can take it."""
        draft = planned.draft
        assert draft is not None
        if not draft.link.code:
            draft.link.code = codes_offered.random()
        spot = (draft.domain.pk, draft.link.code)
        if draft.code_problem is not None or spot in taken or spot in here or hash(spot) in self._seen:
            return True
        here.add(spot)
        planned.new_code = draft.link.code
        return False

    def _offers(self, clashing: Sequence[Planned]) -> Mapping[int, Sequence[str]]:
        """Free codes by line, the best first. No query when nothing clashes."""
        wished = {one.line: codes_offered.like(one.draft.link.code) for one in clashing if one.draft}
        spots = {(one.draft.domain.pk, code) for one in clashing if one.draft for code in wished[one.line]}
        taken = _taken(spots)
        return {one.line: [code for code in wished[one.line] if (one.draft.domain.pk, code) not in taken] for one in clashing if one.draft}

    def _settle(self, clashing: Sequence[Planned], taken: _Taken, offers: Mapping[int, Sequence[str]], here: set[Spot]) -> None:
        for one in clashing:
            if one.draft is None:
                continue
            domain_id, code = one.draft.domain.pk, one.draft.link.code
            self._explain(one, taken)
            free = [offer for offer in offers[one.line] if not self._is_seen((domain_id, offer), here)]
            # Two rows of a file may have resembling codes; a random one is nobody's.
            one.new_code = free[0] if free else codes_offered.random()
            if one.present is not None and self._on_clash == OnClash.UPDATE:
                one.outcome, one.new_code, one.problem = Outcome.UPDATED, code, ""
                one.messages = one.draft.notes
            elif self._on_clash == OnClash.RENAME and one.problem != "same_link":
                one.outcome = Outcome.CREATED
                one.draft.link.code = one.new_code
                here.add((domain_id, one.new_code))
            elif one.problem == "same_link":
                one.outcome, one.new_code = Outcome.UNCHANGED, code

    def _is_seen(self, spot: Spot, here: set[Spot]) -> bool:
        return spot in here or hash(spot) in self._seen

    def _explain(self, one: Planned, taken: _Taken) -> None:
        """Say why the row cannot have its code, and find the link that has it if it is this workspace's."""
        assert one.draft is not None
        link, spot = one.draft.link, (one.draft.domain.pk, one.draft.link.code)
        one.outcome = Outcome.SKIPPED
        if one.draft.code_problem is not None:
            one.outcome, problem = Outcome.REFUSED, one.draft.code_problem
            one.problem, message = problem.code, problem.message
        elif spot in taken:
            present = taken.links.get(spot)
            is_ours = present is not None and present.workspace_id == self._workspace_id and present.deleted_at is None
            one.present = present if is_ours else None
            is_same = is_ours and present is not None and present.destination_url == link.destination_url
            error = code_choice.taken(link.code)
            one.problem = "same_link" if is_same else error.code
            message = _("The same link is there already.") if is_same else error.message
        else:
            one.problem, message = "duplicate", _("A row above has the same code.")
        one.messages = [message, *one.draft.notes]

    def _keep_free_aliases(self, draft: Draft, taken: _Taken, here: set[Spot]) -> None:
        domain_id = draft.domain.pk
        free = [alias for alias in draft.aliases if not self._is_seen((domain_id, alias), here) and (domain_id, alias) not in taken]
        if len(free) < len(draft.aliases):
            draft.notes.append(_("Not all of its former codes could be kept."))
        draft.aliases = free
        here |= {(domain_id, alias) for alias in free}


def _judged(row: FileRow, places: Places, now: datetime) -> Planned:
    record = row.record
    code, url = (record.code, record.destination_url) if isinstance(record, LinkRecord) else ("", "")
    planned = Planned(row.line, Outcome.REFUSED, code=code[:200], destination_url=url[:200])
    try:
        if isinstance(record, LinkError):
            raise record
        planned.draft = judge(record, places=places, now=now)
    except LinkError as error:
        planned.problem, planned.messages = error.code, [error.message]
    else:
        planned.outcome, planned.messages = Outcome.CREATED, planned.draft.notes
    return planned


def _spots(drafts: Iterable[Draft]) -> set[Spot]:
    return {(draft.domain.pk, code) for draft in drafts for code in (draft.link.code, *draft.aliases) if code}


def _taken(spots: set[Spot]) -> _Taken:
    """Which of `spots` are not free. Two queries, none for no spot; codes that no link can have are not asked for."""
    if not spots:
        return _Taken({}, frozenset())
    domains, codes = {domain_id for domain_id, _code in spots}, {code for _domain_id, code in spots if code.isascii() and "\0" not in code}
    place = {"domain__in": domains, "code__in": codes}
    links = Link.objects.filter(**place).only("domain", "code", "workspace", "deleted_at", "destination_url", "version", "password_hash")
    aliases = Alias.objects.filter(**place).values_list("domain_id", "code")
    return _Taken(
        {spot: link for link in links if (spot := (link.domain_id, link.code)) in spots},
        frozenset(spots.intersection(aliases)),
    )
