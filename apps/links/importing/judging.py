"""From what a file tells of a link to the link that it would be, by the rules for new links. Nothing is asked of the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.links import code_choice, codes, destinations, locks, options, rules, windows
from apps.links.drafts import Draft
from apps.links.errors import LinkError
from apps.links.importing import cleaning, hashes
from apps.links.importing.places import Places
from apps.links.importing.records import LinkRecord, refusal
from apps.links.models import Link
from apps.links.renaming import MAX_ALIASES
from apps.links.rules import RuleSpec

# Years of creation before and after which a time is a slip.
_FIRST_YEAR: Final = 1990


def judge(record: LinkRecord, *, places: Places, now: datetime) -> Draft:
    """The draft of a link. Raises LinkError for what stands in the way of making it at all."""
    notes = list(record.notes)
    domain = places.of(record.hostname)
    windows.require_order(valid_from=record.valid_from, expires_at=record.expires_at)
    link = Link(
        domain=domain,
        code=record.code.strip(),
        destination_url=destinations.parse(record.destination_url, domains=places.serving).url,
        title=cleaning.title(record.title, notes),
        description=cleaning.description(record.description, notes),
        is_active=record.is_active,
        valid_from=record.valid_from,
        expires_at=record.expires_at,
        redirect_status=options.checked_status(record.redirect_status),
        cache_seconds=options.checked_cache_seconds(record.cache_seconds),
        forward_query=record.forward_query,
        forward_path=record.forward_path,
        is_crawlable=record.is_crawlable,
        utm=options.checked_utm(record.utm),
        max_clicks=_max_clicks(record.max_clicks),
        redirects_used=record.redirects_used if record.max_clicks is not None else 0,
        click_count=record.click_count,
        created_at=_created_at(record.created_at, now=now, notes=notes),
        updated_at=now,
    )
    if record.hostname and record.hostname.lower() != domain.hostname and domain is places.usual:
        notes.append(_("On %(host)s before.") % {"host": record.hostname[:100]})
    draft = Draft(
        link=link,
        domain=domain,
        tags=cleaning.tags(record.tags, notes),
        rules=_rules(record.rules, places=places),
        aliases=_aliases(record, notes),
        code_problem=_code_problem(link.code),
        notes=notes,
    )
    _protect(draft, record)
    return draft


def _max_clicks(most: int | None) -> int | None:
    if most is not None and not 1 <= most <= locks.MAX_CLICKS:
        raise refusal("invalid_max_clicks", _("The number of clicks that the link allows is out of range."))
    return most


def _created_at(moment: datetime | None, *, now: datetime, notes: list[str]) -> datetime:
    """When the link was made; now for slips: it is no more than a date."""
    if moment is None:
        return now
    if moment > now or moment.year < _FIRST_YEAR:
        notes.append(_("Its time of creation cannot be: today is put in its place."))
        return now
    return moment


def _code_problem(code: str) -> LinkError | None:
    try:
        if code:
            code_choice.require_usable(code)
    except LinkError as error:
        return error
    return None


def _aliases(record: LinkRecord, notes: list[str]) -> list[str]:
    wanted = dict.fromkeys(alias for alias in record.aliases if alias != record.code)
    found = [alias for alias in wanted if codes.is_code(alias) and _code_problem(alias) is None][:MAX_ALIASES]
    if len(found) < len(wanted):
        notes.append(_("Not all of its former codes could be kept."))
    return found


def _rules(found: Sequence[dict[str, Any]], *, places: Places) -> list[RuleSpec]:
    specs, known = [], set()
    for place, rule in enumerate(found):
        try:
            url = destinations.parse(str(rule.get("destination_url", "")), domains=places.serving).url
        except LinkError as error:
            raise refusal(error.code, _("Rule %(number)d: %(problem)s") % {"number": place + 1, "problem": error.message}) from None
        known.add(url)
        specs.append(RuleSpec(rule.get("priority", place), rule.get("conditions", []), url, rule.get("weight", 1)))
    return rules.checked(specs, known=known)


def _protect(draft: Draft, record: LinkRecord) -> None:
    """Never make an open link of a protected one."""
    if not record.is_protected:
        return
    if hashes.is_kept(record.password_hash):
        draft.link.password_hash = record.password_hash
    elif locks.PASSWORD_MIN_LENGTH <= len(record.password) <= locks.PASSWORD_MAX_LENGTH:
        draft.password = record.password
        draft.link.password_hash = hashes.locked()
    else:
        draft.link.password_hash = hashes.locked()
        draft.notes.append(_("Its password cannot be taken over: it is locked until you set a new one."))
