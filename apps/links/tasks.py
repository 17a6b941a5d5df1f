"""Work that the scheduler starts."""

from celery import shared_task
from django.utils import timezone

from apps.links import domain_checks, expiry
from apps.links.importing import background
from apps.links.listed import clock
from apps.links.search.postgresql import filling


@shared_task(name="links.announce_expired_links")
def announce_expired_links(**_: object) -> int:
    """Tell the bus of links that have expired since the last run; their number."""
    return expiry.announce_expired(now=timezone.now())


@shared_task(name="links.note_used_up")
def note_used_up(**_: object) -> int:
    """Let searches know of links that have given away all their redirects since the last run; their number."""
    from apps.links.search.limits import note_used_up as note  # noqa: PLC0415 - scheduled only with Elasticsearch, whose client is large

    return note()


@shared_task(name="links.mend_search_texts")
def mend_search_texts(**_: object) -> int:
    """Bring what PostgreSQL searches in up to links that it has missed; their number."""
    return filling.mend()


@shared_task(name="links.check_domains")
def check_domains(**_: object) -> int:
    """Look whether the DNS still shows whose the domains are; the number of those looked at."""
    return domain_checks.check_domains(now=timezone.now())


@shared_task(name="links.go_on_with_import")
def go_on_with_import(*, job_id: int, **_: object) -> str:
    """Work on one import, from where it is to its end; its state then."""
    return background.go_on(job_id=job_id, clock=timezone.now)


@shared_task(name="links.look_after_imports")
def look_after_imports(**_: object) -> int:
    """Take up imports that nobody works on any more, and remove files that nobody came back for; the number of those taken up."""
    return background.look_after(now=timezone.now(), start=lambda job_id: go_on_with_import.delay(job_id=job_id))


@shared_task(name="links.follow_lists")
def follow_lists(**_: object) -> int:
    """Bring lists up to the clock and to the clicks counted since the last run; the number of links."""
    return clock.follow(now=timezone.now())
