"""Looking at the DNS again and again: claims are verified as soon as their record shows, and whoever
lets the record of a verified domain go is told of it."""

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q

from apps.common.errors import NotFound
from apps.links.domains import note_check, shows_record
from apps.links.models import Domain
from apps.links.txt_records import DnsUnavailable

logger = logging.getLogger(__name__)

# A verified domain is looked at once a day; a new one at each run, as long as somebody may wait for it.
VERIFIED_EVERY = timedelta(days=1)
CLAIMS_FOR = timedelta(days=7)
# Domains of one run, the longest unseen first: a run ends before the next one begins.
MAX_CHECKS = 200
# A record that is away for less is not worth a word: DNS providers have bad days.
MISSING_TOLD_AFTER = timedelta(days=3)


def check_domains(*, now: datetime) -> int:
    """Look at the domains whose turn it is; the number of those that could be looked at."""
    is_due = Q(verified_at__isnull=False) & (Q(checked_at=None) | Q(checked_at__lte=now - VERIFIED_EVERY))
    is_claim = Q(verified_at=None, created_at__gt=now - CLAIMS_FOR)
    domains = Domain.objects.filter(is_due | is_claim, workspace__isnull=False).order_by(F("checked_at").asc(nulls_first=True), "pk")
    return sum(_check(domain, now=now) for domain in domains[:MAX_CHECKS])


def _check(domain: Domain, *, now: datetime) -> bool:
    try:
        note_check(domain, is_shown=shows_record(domain), now=now)
    except DnsUnavailable as error:
        # Nothing is known: neither verified nor missing.
        logger.warning("domain_not_checked hostname=%s error=%s", domain.hostname, error)
        return False
    except NotFound:
        return False
    return True


def is_record_lost(domain: Domain, *, now: datetime) -> bool:
    """Whether the record of a verified domain has been away for so long that its owner must be told."""
    return domain.record_missing_since is not None and domain.record_missing_since <= now - MISSING_TOLD_AFTER
