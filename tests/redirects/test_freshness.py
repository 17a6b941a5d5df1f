"""What visitors get after a link has changed."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apps.accounts.models import User
from apps.links import renaming, services
from apps.links.changes import LinkChanges
from apps.links.models import Link
from tests.redirects.serving import Threaded, get, status_of, wait_for

MakeLink = Callable[..., Link]


def location(port: int, code: str) -> bytes:
    return get(port, f"/{code}").partition(b"location: ")[2].partition(b"\r\n")[0]


def seconds_until(condition: Callable[[], bool]) -> float:
    began = time.monotonic()
    wait_for(condition, "the change to show")
    return time.monotonic() - began


def test_an_edit_shows_within_a_second(server: Threaded, make_link: MakeLink, owner: User) -> None:
    link = make_link(code="edited")
    assert location(server.port, "edited") == b"https://example.com/page"
    services.update_link(actor=owner, link=link, changes=LinkChanges(destination_url="https://example.com/new"), now=datetime.now(UTC))
    assert seconds_until(lambda: location(server.port, "edited") == b"https://example.com/new") < 1


def test_a_disabled_link_stops_within_a_second(server: Threaded, make_link: MakeLink, owner: User) -> None:
    link = make_link(code="disabled1")
    assert status_of(server.port, "/disabled1") == 302
    services.set_link_active(actor=owner, link=link, is_active=False, now=datetime.now(UTC))
    assert seconds_until(lambda: status_of(server.port, "/disabled1") == 404) < 1


def test_a_deleted_link_is_gone_within_a_second_and_back_when_restored(server: Threaded, make_link: MakeLink, owner: User) -> None:
    link = make_link(code="deleted1")
    assert status_of(server.port, "/deleted1") == 302
    services.delete_link(actor=owner, link=link, now=datetime.now(UTC))
    assert seconds_until(lambda: status_of(server.port, "/deleted1") == 410) < 1
    link.refresh_from_db()
    services.restore_link(actor=owner, link=link, now=datetime.now(UTC))
    assert seconds_until(lambda: status_of(server.port, "/deleted1") == 302) < 1


def test_a_new_link_shows_at_once_after_its_code_was_unknown(server: Threaded, make_link: MakeLink) -> None:
    assert status_of(server.port, "/brandnew") == 404
    assert status_of(server.port, "/brandnew") == 404
    make_link(code="brandnew")
    assert seconds_until(lambda: status_of(server.port, "/brandnew") == 302) < 1


def test_a_cached_link_ends_at_the_moment_of_its_expiry(server: Threaded, make_link: MakeLink) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=1)
    make_link(code="expiring", expires_at=ends)
    assert status_of(server.port, "/expiring") == 302
    wait_for(lambda: datetime.now(UTC) >= ends - timedelta(milliseconds=50), "the last moment")
    wait_for(lambda: datetime.now(UTC) >= ends, "the expiry")
    assert status_of(server.port, "/expiring") == 410


def test_a_cached_link_begins_at_the_moment_it_is_valid_from(server: Threaded, make_link: MakeLink) -> None:
    begins = datetime.now(UTC) + timedelta(seconds=1)
    make_link(code="scheduled1", valid_from=begins)
    assert status_of(server.port, "/scheduled1") == 404
    assert datetime.now(UTC) < begins
    wait_for(lambda: datetime.now(UTC) >= begins, "the beginning")
    assert status_of(server.port, "/scheduled1") == 302


def test_after_a_rename_both_codes_lead_on_and_an_edit_shows_at_both(server: Threaded, make_link: MakeLink, owner: User) -> None:
    link = make_link(code="before")
    assert (status_of(server.port, "/before"), status_of(server.port, "/after")) == (302, 404)
    link = renaming.change_code(actor=owner, link=link, code="after", now=datetime.now(UTC))
    assert seconds_until(lambda: status_of(server.port, "/after") == 302) < 1
    assert status_of(server.port, "/before") == 302

    services.update_link(actor=owner, link=link, changes=LinkChanges(destination_url="https://example.com/new"), now=datetime.now(UTC))

    for code in ("before", "after"):
        assert seconds_until(lambda code=code: location(server.port, code) == b"https://example.com/new") < 1  # type: ignore[misc]
