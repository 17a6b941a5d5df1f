"""Many new links: a few statements, however many they are."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.limits import require_may_create
from apps.accounts.models import Workspace
from apps.accounts.policy import Action, Actor
from apps.links import code_choice, destinations, hostnames, options, selectors, storing, texts, windows
from apps.links.bulk.limits import beyond_passwords
from apps.links.changes import LinkOptions
from apps.links.domain_rules import place_for
from apps.links.drafts import Draft
from apps.links.errors import LinkError
from apps.links.importing import codes_offered
from apps.links.installation import public_scheme
from apps.links.models import Alias, Domain, Link
from apps.links.signals import link_changed

# Somebody else may take a code between the look and the insert.
_TRIES: Final = 4
# Where a link is: domain (id) and code.
Spot = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLink:
    """What `create_link` takes; `hostname` "" is the domain that links go to without one."""

    destination_url: str
    code: str = ""
    hostname: str = ""
    title: str = ""
    description: str = ""
    tags: Sequence[str] = ()
    valid_from: datetime | None = None
    expires_at: datetime | None = None
    options: LinkOptions = field(default_factory=LinkOptions)


@dataclass(frozen=True, slots=True)
class _Places:
    usable: Mapping[str, Domain]
    usual: Domain
    # Hosts that no link may lead to.
    serving: frozenset[str]

    def of(self, hostname: str) -> Domain:
        if not hostname:
            return self.usual
        found = self.usable.get(hostnames.normalise(hostname, scheme=public_scheme()) or "")
        if found is None:
            raise LinkError(_("No links can be made on this domain here."), code="unknown_domain", field="domain")
        return found


def create_links(*, actor: Actor, workspace: Workspace, wanted: Sequence[WantedLink], now: datetime) -> list[Link | LinkError]:
    """For each that is wanted, in order, the link that is stored, or why it cannot be; all that can be are made in one transaction.

    Raises NotFound or PermissionDenied where `actor` may make none in `workspace`, and TooManyRequests.
    """
    policy.require_in_workspace(actor, Action.LINK_CREATE, workspace)
    require_may_create(actor, number=len(wanted))
    places = _places(actor, workspace)
    judged = _judge_all(wanted, places, now=now)
    for left in reversed(range(_TRIES)):
        outcome = _with_codes(judged, wanted)
        drafts = [one for one in outcome if isinstance(one, Draft)]
        try:
            with transaction.atomic():
                links = storing.store(drafts, workspace_id=workspace.pk, actor=actor, now=now)
                _tell(links, chosen={asked.code for asked in wanted if asked.code})
        except IntegrityError as error:
            if not left or not code_choice.says_taken(error):
                raise
        else:
            return [one.link if isinstance(one, Draft) else one for one in outcome]
    raise AssertionError  # the last try returns or raises


def _places(actor: Actor, workspace: Workspace) -> _Places:
    usable = {domain.hostname: domain for domain in selectors.usable_domains(actor=actor, workspace=workspace)}
    serving = frozenset(Domain.objects.serving().values_list("hostname", flat=True))
    return _Places(usable, place_for(actor, None, workspace=workspace), serving)


def _judge_all(wanted: Sequence[WantedLink], places: _Places, *, now: datetime) -> list[Draft | LinkError]:
    found: list[Draft | LinkError] = []
    for asked, refused in zip(wanted, beyond_passwords(one.options for one in wanted), strict=True):
        try:
            found.append(refused or _judge(asked, places, now=now))
        except LinkError as error:
            found.append(error)
    return found


def _judge(asked: WantedLink, places: _Places, *, now: datetime) -> Draft:
    """Raises LinkError."""
    if asked.code:
        code_choice.require_usable(asked.code)
    windows.require_future(asked.expires_at, now=now)
    windows.require_order(valid_from=asked.valid_from, expires_at=asked.expires_at)
    domain = places.of(asked.hostname)
    link = Link(
        domain=domain,
        code=asked.code,
        destination_url=destinations.parse(asked.destination_url, domains=places.serving).url,
        title=texts.checked_title(asked.title),
        description=texts.checked_description(asked.description),
        valid_from=asked.valid_from,
        expires_at=asked.expires_at,
        created_at=now,
    )
    tags = texts.normalised_tags(asked.tags)
    options.apply(link, asked.options)
    return Draft(link=link, domain=domain, tags=tags, rules=[], aliases=[], code_problem=None)


def _with_codes(judged: Sequence[Draft | LinkError], wanted: Sequence[WantedLink]) -> list[Draft | LinkError]:
    """The same with a code for each draft, and an error in place of those whose code is another's."""
    for one, asked in zip(judged, wanted, strict=True):
        if isinstance(one, Draft) and not asked.code:
            one.link.code = codes_offered.random()
    not_free = _not_free({(one.domain.pk, one.link.code) for one in judged if isinstance(one, Draft)})
    found: list[Draft | LinkError] = []
    for one, asked in zip(judged, wanted, strict=True):
        if not isinstance(one, Draft):
            found.append(one)
            continue
        while not asked.code and (one.domain.pk, one.link.code) in not_free:
            one.link.code = codes_offered.random()
        spot = (one.domain.pk, one.link.code)
        found.append(code_choice.taken(asked.code) if spot in not_free else one)
        not_free.add(spot)
    return found


def _not_free(spots: set[Spot]) -> set[Spot]:
    """Which of `spots` links and aliases have. Two queries."""
    place = {"domain__in": {domain_id for domain_id, _code in spots}, "code__in": {code for _domain_id, code in spots}}
    pairs = (model.objects.filter(**place).values_list("domain_id", "code") for model in (Link, Alias))
    return spots.intersection(pair for found in pairs for pair in found)


def _tell(links: Sequence[Link], *, chosen: Set[str]) -> None:
    """Tell the rooms of this process after the commit of links with custom codes: redirectors may remember that there was nothing."""
    for link in links:
        if link.code in chosen:
            told = partial(link_changed.send_robust, sender=Link, domain_id=link.domain_id, code=link.code, version=link.version)
            transaction.on_commit(told)
