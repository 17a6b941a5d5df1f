"""`fill`: PostgreSQL with links for lists; `measure`: their pages, printed as JSON. A process of its own, with Django."""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from statistics import quantiles
from typing import Any

import django

LINKS = int(os.environ.get("BENCH_LINKS", "3000000"))
ROUNDS = 20
OWNER = "list-bench@example.com"
# Every third link is in the workspace that is measured; the others share so many.
_OTHERS = 500
_CHUNK = 100_000
_DOMAINS = ("often.example", "seldom.example", "thrice.example", *(f"brand-{number:02}.example" for number in range(20)))
# Tags of all links in turn, of many, some and three links, of the oldest and the newest, and of none.
_TAGS = (*(f"topic-{number:02}" for number in range(50)), "many", "some", "thrice", "oldest", "newest", "none")
# States go in turns but for those that lists stumble over: all expired links are old and hardly clicked, three are banned.
_LINK = """
INSERT INTO links_link (domain_id, code, destination_url, workspace_id, owner_id, title, is_active, valid_from, expires_at, max_clicks,
  redirects_used, banned_at, deleted_at, click_count, version, created_at, updated_at, redirect_status, cache_seconds, utm, ban_reason,
  flag_reason)
SELECT
  CASE WHEN n %% 3 <> 0 THEN %(default)s
    WHEN n IN (3, 300, 3000) THEN (%(domains)s)[3] WHEN n %% 300 = 0 THEN (%(domains)s)[2] WHEN n %% 10 = 0 THEN (%(domains)s)[1]
    WHEN n %% 7 = 0 THEN (%(domains)s)[4 + h %% 20] ELSE %(default)s END,
  'c' || n, 'https://www.host' || h %% 5000 || '.example/some/longer/path/' || h || '?utm_source=letter&utm_campaign=' || n,
  CASE WHEN n %% 3 = 0 THEN %(workspace)s ELSE (%(others)s)[1 + h %% %(other_count)s] END, %(owner)s,
  'A title of link ' || n || ' with ' || h, n %% 19 <> 0,
  CASE WHEN n %% 101 = 0 AND n >= %(links)s / 20 THEN now() + interval '1 day' + h %% 2000000 * interval '1 second' END,
  CASE WHEN n < %(links)s / 20 THEN now() - (h %% 1000000) * interval '1 second'
    WHEN n %% 4 = 0 THEN now() + interval '60 days' + (h %% 10000000) * interval '1 second' END,
  CASE WHEN n %% 50 = 0 THEN 100 END, CASE WHEN n %% 200 = 0 THEN 100 ELSE 0 END,
  CASE WHEN n IN (6, 600, 6000) THEN now() END, CASE WHEN n %% 13 = 0 THEN now() END,
  CASE WHEN n < %(links)s / 20 THEN h %% 3 WHEN h %% 2 = 0 THEN 0 ELSE 1000000 / (1 + h %% 200000) END,
  1, now() - (%(links)s - n) * interval '10 seconds', now(), 302, 0, '{}', '', ''
FROM (SELECT n, abs(hashint8(n)::bigint) AS h FROM generate_series(%(first)s, %(last)s) AS n) AS numbers
"""
_LINK_TAG = """
INSERT INTO links_linktag (link_id, tag_id)
SELECT link.id, tag.id
FROM (SELECT id, workspace_id, substr(code, 2)::bigint AS n FROM links_link WHERE id > %(newest)s OFFSET 0) AS link
CROSS JOIN LATERAL (SELECT abs(hashint8(link.n + 7)::bigint) AS h OFFSET 0) AS hashed
JOIN links_tag AS tag ON tag.workspace_id = link.workspace_id AND (
  tag.name = 'topic-' || lpad((h %% 50)::text, 2, '0')
  OR (tag.name = 'many' AND h %% 10 < 4)
  OR (tag.name = 'some' AND link.n %% 51 = 0)
  OR (tag.name = 'thrice' AND link.n IN (9, 900, %(links)s / 9 * 9))
  OR (tag.name = 'oldest' AND link.n < %(links)s / 30)
  OR (tag.name = 'newest' AND link.n > %(links)s - %(links)s / 30))
"""


def fill() -> None:
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    from apps.accounts.models import User, Workspace  # noqa: PLC0415
    from apps.links.installation import default_domain  # noqa: PLC0415
    from apps.links.models import Domain, Link, Tag  # noqa: PLC0415

    owner = User.objects.create_user(OWNER, "correct horse battery staple")
    mine = Workspace.objects.get(personal_for=owner)
    others = Workspace.objects.bulk_create(Workspace(name=f"Other {number}") for number in range(_OTHERS))
    domains = Domain.objects.bulk_create(Domain(hostname=hostname) for hostname in _DOMAINS)
    Tag.objects.bulk_create((Tag(workspace=place, name=name) for place in (mine, *others) for name in _TAGS), batch_size=5_000)
    given: dict[str, Any] = {
        "default": default_domain().pk,
        "domains": [domain.pk for domain in domains],
        "workspace": mine.pk,
        "others": [other.pk for other in others],
        "other_count": _OTHERS,
        "owner": owner.pk,
        "links": LINKS,
    }
    for first in range(1, LINKS + 1, _CHUNK):
        newest = Link.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with connection.cursor() as cursor:
            cursor.execute(_LINK, {**given, "first": first, "last": min(first + _CHUNK - 1, LINKS)})
            cursor.execute(_LINK_TAG, {"newest": newest, "links": LINKS})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE links_link, links_linktag, links_tag, links_listedlink")


def filters() -> dict[str, dict[str, str]]:
    """What lists are narrowed down by, by name: everything alone, and what goes badly together."""
    from apps.links.installation import default_domain  # noqa: PLC0415
    from apps.links.models import LinkState  # noqa: PLC0415

    tags = ("topic-07", "many", "some", "thrice", "oldest", "newest", "none", "unknown")
    domains = (default_domain().hostname, *_DOMAINS[:4])
    return {
        "all": {},
        **{f"state_{state}": {"state": state} for state in LinkState},
        **{f"tag_{tag}": {"tag": tag} for tag in tags},
        **{f"domain_{domain.partition('.')[0]}": {"domain": domain} for domain in domains},
        **{f"tag_{tag}_state_{state}": {"tag": tag, "state": state} for tag in tags for state in LinkState},
        **{
            f"domain_{number}_state_{state}": {"domain": domain, "state": state}
            for number, domain in enumerate(domains)
            for state in LinkState
        },
        **{f"tag_{tag}_domain_{number}": {"tag": tag, "domain": domain} for tag in tags for number, domain in enumerate(domains)},
        **{
            f"tag_{tag}_domain_{number}_state_{state}": {"tag": tag, "domain": domain, "state": state}
            for tag in ("many", "thrice", "oldest")
            for number, domain in enumerate(domains[:3])
            for state in (LinkState.ACTIVE, LinkState.EXPIRED, LinkState.BANNED, LinkState.DELETED)
        },
    }


def measure() -> dict[str, Any]:
    """The p95 of the worst kind of page: what it is filtered by, its order and its depth; and of the worst with each (ms)."""
    from django.db import connection  # noqa: PLC0415

    from apps.accounts.models import User, Workspace  # noqa: PLC0415
    from apps.links.listing import SORTS  # noqa: PLC0415
    from apps.links.models import Link  # noqa: PLC0415

    owner = User.objects.get(email=OWNER)
    workspace = Workspace.objects.get(personal_for=owner)
    taken: dict[str, list[float]] = {}
    for wanted in filters().values():
        for sort in SORTS:
            for depth, seek in _depths(workspace, sort):
                kind = f"{'_'.join(sorted(wanted)) or 'all'} {sort.lstrip('-')}_{'down' if sort[0] == '-' else 'up'} {depth}"
                # What goes together is asked for often enough by its many filters.
                rounds = ROUNDS if len(wanted) < 2 else ROUNDS // 5
                taken.setdefault(kind, []).extend(_timed(owner, workspace, wanted, sort, seek) for _round in range(rounds))
    of_each = {kind: p95_ms(seconds) for kind, seconds in taken.items()}
    # Of all kinds that have a word in common, the worst.
    kinds: dict[str, float] = {}
    for kind, milliseconds in of_each.items():
        for word in kind.split():
            kinds[word] = max(kinds.get(word, 0.0), milliseconds)
    pages, worst = sum(map(len, taken.values())), max(of_each.values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('links_listedlink') / 1e6")
        table_mb = float(cursor.fetchone()[0])
    owned = Link.objects.filter(workspace=workspace).count()
    return {
        "worst_ms": worst,
        "kinds": kinds,
        "pages": pages,
        "owned": owned,
        "table_mb": table_mb,
        "clicks": {**clicks(), "placed": listing_clicks()},
    }


def _depths(workspace: Any, sort: str) -> Iterator[tuple[str, Any]]:
    """The first page, one far behind, one that a reader comes back to from there, and the last one."""
    from apps.links.listed.cursors import Cursor  # noqa: PLC0415
    from apps.links.listed.models import ListedLink  # noqa: PLC0415
    from apps.links.listed.selectors import END, START, Seek  # noqa: PLC0415

    column = {"-created_at": "created", "created_at": "created", "-click_count": "clicks", "expires_at": "expiry"}[sort]
    middle = (
        ListedLink.objects.filter(workspace_id=workspace.pk, link_id__gte=LINKS // 2).order_by("link_id").values_list(column, "link_id")
    )
    cursor = Cursor(*middle[:1][0])
    yield from (("first", START), ("middle", Seek(cursor)), ("back", Seek(cursor, backwards=True)), ("last", END))


def _timed(owner: Any, workspace: Any, wanted: dict[str, str], sort: str, seek: Any) -> float:
    from apps.links import selectors  # noqa: PLC0415
    from apps.links.listed.selectors import ListFilter, list_page  # noqa: PLC0415

    began = time.perf_counter()
    list_page(actor=owner, workspace=workspace, wanted=ListFilter(**wanted), sort=sort, seek=seek)
    list(selectors.list_tags(actor=owner, workspace=workspace)[:200])
    return time.perf_counter() - began


def p95_ms(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20, method="inclusive")[-1] * 1000


def clicks() -> dict[str, float]:
    """Links a second whose clicks are counted, with those noted that move and without, rolled back each time: links clicked for
    the first time, which all move, and links that have thousands of clicks already."""
    return {
        f"{kind}_{how}": _clicks_rate(kind == "busy", is_listed=how == "listed")
        for kind in ("quiet", "busy")
        for how in ("listed", "alone")
    }


def _clicks_rate(is_busy: bool, *, is_listed: bool) -> float:  # noqa: FBT001 - a word of this file
    from django.db import connection, transaction  # noqa: PLC0415

    from apps.analytics.click_counts import add_clicks  # noqa: PLC0415
    from apps.links.models import Link  # noqa: PLC0415

    found = Link.objects.filter(click_count__gte=1_000) if is_busy else Link.objects.filter(click_count=0)
    ids = list(found.filter(pk__gte=LINKS // 2).order_by("pk").values_list("pk", flat=True)[:10_000])
    ids = ids[:: max(1, len(ids) // 1_000)]
    taken = 0.0
    for _round in range(5):
        with transaction.atomic():
            if not is_listed:
                with connection.cursor() as cursor:
                    cursor.execute("ALTER TABLE links_link DISABLE TRIGGER link_list_clicked")
            began = time.perf_counter()
            add_clicks(dict.fromkeys(ids, 1))
            taken += time.perf_counter() - began
            transaction.set_rollback(True)
    return 5 * len(ids) / taken


def listing_clicks() -> float:
    """Links a second that the task puts in their new place."""
    from django.db import transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from apps.analytics.click_counts import add_clicks  # noqa: PLC0415
    from apps.links.listed import clock  # noqa: PLC0415
    from apps.links.models import Link  # noqa: PLC0415

    clock.follow(now=timezone.now())
    ids = list(Link.objects.filter(click_count=0, pk__gte=LINKS // 2).order_by("pk").values_list("pk", flat=True)[:10_000])[::10]
    with transaction.atomic():
        add_clicks(dict.fromkeys(ids, 1))
    began = time.perf_counter()
    return clock.follow(now=timezone.now()) / (time.perf_counter() - began)


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "fill":
        fill()
    else:
        json.dump(measure(), sys.stdout)
