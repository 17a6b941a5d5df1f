"""Links that can be opened a limited number of times: never once too often."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.models import User
from apps.links import renaming, services
from apps.links.changes import LinkChanges, LinkOptions
from apps.links.models import Link
from apps.redirects.click_budget import ClickBudget
from apps.redirects.frames import FILE_HEAD, read_frames
from tests.redirects.gating import Visitor
from tests.redirects.serving import HOST, Threaded, environment, get, own_process, wait_for
from tests.redirects.spooling import files

MakeLink = Callable[..., Link]
SECRET = "https://secret.example/where"
SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def used(link: Link) -> int:
    return Link.objects.values_list("redirects_used", flat=True).get(pk=link.pk)


async def ask_at_once(ports: list[int], path: str, number: int) -> Counter[int]:
    """Statuses of so many requests, each on a connection of its own, all under way at the same time."""
    start = asyncio.Event()

    async def one(port: int) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await start.wait()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: Firefox/150\r\nConnection: close\r\n\r\n".encode())
        head = await reader.read(65536)
        writer.close()
        return int(head.split(b" ", 2)[1])

    tasks = [asyncio.create_task(one(ports[turn % len(ports)])) for turn in range(number)]
    await asyncio.sleep(0.5)
    start.set()
    return Counter(await asyncio.gather(*tasks))


def test_a_thousand_at_once_on_two_redirectors_get_exactly_a_hundred_redirects(
    make_link: MakeLink, spool_dir: Path, redis_url: str
) -> None:
    link = make_link(code="hundred", options=LinkOptions(max_clicks=100))
    env = environment(spool_dir, redis_url)
    with own_process(env) as (one, _), own_process(env) as (other, _):
        for port in (one, other):
            wait_for(lambda port=port: get(port, "/unknown").startswith(b"HTTP/1.1 404"), "the redirector", timeout=30)

        statuses = asyncio.run(ask_at_once([one, other], "/hundred", 1000))

    assert statuses == {302: 100, 410: 900}
    assert used(link) == 100
    assert sum(1 for path in files(spool_dir) for _ in read_frames(path.read_bytes(), FILE_HEAD.size)) == 100


def test_a_used_up_link_has_its_page_and_asks_nobody(server: Threaded, make_link: MakeLink) -> None:
    link = make_link(SECRET, code="once", options=LinkOptions(max_clicks=1))
    visitor = Visitor(server.port)

    first, second = visitor.get("/once"), visitor.get("/once")
    third = visitor.get("/once")

    assert (first.status, first.location) == (302, SECRET)
    assert first.headers["cache-control"] == "private, no-store"
    assert (second.status, third.status) == (410, 410)
    assert "used up" in second.text
    assert "secret.example" not in second.text
    assert used(link) == 1
    assert server.redirector.spool.sequence == 1
    assert server.redirector.budget.spent + server.redirector.budget.refused == 3


@pytest.mark.parametrize(
    ("method", "user_agent", "headers", "status"),
    [
        ("HEAD", "", {}, 200),
        ("GET", "", {"Sec_Purpose": "prefetch"}, 403),
        ("GET", "", {"Sec_Purpose": "prefetch;prerender"}, 403),
        ("GET", "", {"Purpose": "prefetch"}, 403),
        ("GET", SLACK, {}, 200),
        ("GET", GOOGLE, {}, 200),
    ],
)
def test_who_only_looks_neither_uses_it_up_nor_learns_where_it_leads(
    server: Threaded, make_link: MakeLink, method: str, user_agent: str, headers: dict[str, str], status: int
) -> None:
    link = make_link(SECRET, code="looked", options=LinkOptions(max_clicks=1))
    looker = Visitor(server.port, user_agent=user_agent or Visitor(server.port).user_agent)

    answer = looker.get("/looked", method=method, **headers)

    assert answer.status == status
    assert "secret.example" not in answer.text + str(answer.headers)
    assert used(link) == 0
    assert Visitor(server.port).get("/looked").location == SECRET


def test_a_person_taken_for_a_machine_can_go_on(server: Threaded, make_link: MakeLink) -> None:
    link = make_link(SECRET, code="person", options=LinkOptions(max_clicks=1))
    visitor = Visitor(server.port, user_agent=GOOGLE)
    visitor.get("/person")

    accepted = visitor.send("/person")

    assert (accepted.status, used(link)) == (303, 0)
    assert visitor.get("/person").location == SECRET
    assert (visitor.get("/person").status, used(link)) == (410, 1)


def test_programs_use_it_up_like_people(server: Threaded, make_link: MakeLink) -> None:
    make_link(SECRET, code="program", options=LinkOptions(max_clicks=1))

    assert Visitor(server.port, user_agent="curl/8.14.1").get("/program").location == SECRET


def test_a_higher_limit_gives_more(server: Threaded, make_link: MakeLink, owner: User) -> None:
    link = make_link(code="raised", options=LinkOptions(max_clicks=1))
    visitor = Visitor(server.port)
    assert [visitor.get("/raised").status for _ in range(2)] == [302, 410]

    services.update_link(actor=owner, link=link, changes=LinkChanges(max_clicks=3), now=datetime.now(UTC))

    wait_for(lambda: visitor.get("/raised").status == 302, "the new limit", timeout=1)
    assert [visitor.get("/raised").status for _ in range(2)] == [302, 410]


def test_what_changed_meanwhile_is_read_before_a_click_is_used_up(server: Threaded, make_link: MakeLink) -> None:
    link = make_link(code="stale", options=LinkOptions(max_clicks=5))
    visitor = Visitor(server.port)
    visitor.get("/stale")

    # Without a word to anybody: as if the redirector had not heard of it yet.
    Link.objects.filter(pk=link.pk).update(destination_url="https://new.example/", version=2)
    moved = visitor.get("/stale")
    Link.objects.filter(pk=link.pk).update(is_active=False, version=3)

    assert moved.location == "https://new.example/"
    assert visitor.get("/stale").status == 404
    assert used(link) == 2


def test_an_old_code_uses_up_the_same_clicks(server: Threaded, make_link: MakeLink, owner: User) -> None:
    link = make_link(code="oldcode", options=LinkOptions(max_clicks=1))
    renaming.change_code(actor=owner, link=link, code="newcode", now=datetime.now(UTC))
    visitor = Visitor(server.port)

    assert visitor.get("/oldcode").status == 302
    assert visitor.get("/newcode").status == 410


def test_a_click_is_not_used_up_before_the_password_is_given(server: Threaded, make_link: MakeLink) -> None:
    link = make_link(SECRET, code="both", options=LinkOptions(max_clicks=1, password="open sesame"))
    visitor = Visitor(server.port)
    visitor.get("/both")
    visitor.send("/both", {"password": "wrong one"})
    accepted = visitor.send("/both", {"password": "open sesame"})

    assert (accepted.status, used(link)) == (303, 0)
    assert visitor.get("/both").location == SECRET
    assert (visitor.get("/both").status, used(link)) == (410, 1)


def test_the_window_of_a_limited_link_is_exact(server: Threaded, make_link: MakeLink) -> None:
    now = datetime.now(UTC)
    opens, ends = now + timedelta(seconds=0.6), now + timedelta(seconds=1.2)
    make_link(code="window", valid_from=opens, expires_at=ends, options=LinkOptions(max_clicks=1000))
    visitor = Visitor(server.port)
    seen = []
    while (asked := datetime.now(UTC)) < ends + timedelta(seconds=0.3):
        status = visitor.get("/window").status
        seen.append((asked, status, datetime.now(UTC)))

    assert all(status == 302 for asked, status, answered in seen if opens <= asked and answered < ends)
    assert all(status == 404 for _, status, answered in seen if answered < opens)
    assert all(status == 410 for asked, status, _ in seen if asked >= ends)
    assert {status for _, status, _ in seen} == {404, 302, 410}


def test_without_the_database_it_is_503_and_never_once_too_often(
    server: Threaded, make_link: MakeLink, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = make_link(SECRET, code="away", options=LinkOptions(max_clicks=1))
    visitor = Visitor(server.port)
    assert visitor.get("/away", method="HEAD").status == 200
    reached = server.redirector.gates.budget
    with monkeypatch.context() as patch:
        patch.setitem(settings.DATABASES["default"], "HOST", "/nowhere")
        server.redirector.gates.budget = ClickBudget()

    answer = visitor.get("/away")
    server.redirector.gates.budget = reached

    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    assert "secret.example" not in answer.text
    assert visitor.get("/away").location == SECRET
    assert used(link) == 1
