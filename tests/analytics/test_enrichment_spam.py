"""Which hosts are on the list of made-up referrers."""

import time
from pathlib import Path

import pytest

from apps.analytics.enrichment import spam
from apps.analytics.enrichment.referrers import classify
from apps.analytics.enrichment.spam import SpamHosts, read_hosts
from apps.common.visitors.metrics import ENRICHMENT_ERRORS
from tests.shared_data import shared_data

LIST = "# made up\n\nspam.example\nBad.Example.\n"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock that the list sees; the test moves it."""
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    return clock


def hosts(path: Path, text: str = LIST) -> SpamHosts:
    path.write_text(text)
    return SpamHosts(path)


@pytest.mark.parametrize("host", ["spam.example", "www.spam.example", "a.b.spam.example", "bad.example"])
def test_a_listed_host_and_all_below_it_are_spam(tmp_path: Path, host: str) -> None:
    assert host in hosts(tmp_path / "list")


@pytest.mark.parametrize("host", ["example", "notspam.example", "spam.example.org", "", "# made up"])
def test_a_host_that_only_looks_like_a_listed_one_is_none(tmp_path: Path, host: str) -> None:
    assert host not in hosts(tmp_path / "list")


def test_without_a_file_nothing_is_spam(tmp_path: Path) -> None:
    assert "spam.example" not in SpamHosts(tmp_path / "absent")


def test_a_new_list_is_used_after_ten_seconds(tmp_path: Path, now: list[float]) -> None:
    listed = SpamHosts(tmp_path / "list")
    assert "spam.example" not in listed

    (tmp_path / "list").write_text(LIST)
    now[0] += spam.CHECK_SECONDS

    assert "spam.example" in listed


@pytest.mark.parametrize("content", [b"\xff\xfe", b"<html>not found</html>\n", b"no host\n", b"x.example\n" * 1_000_000])
def test_a_bad_list_is_counted_and_the_last_good_one_stays(tmp_path: Path, now: list[float], content: bytes) -> None:
    listed = hosts(tmp_path / "list")
    assert "spam.example" in listed
    before = ENRICHMENT_ERRORS["referrer_spam", "file"]

    (tmp_path / "list").write_bytes(content)
    now[0] += spam.CHECK_SECONDS

    assert "spam.example" in listed
    assert ENRICHMENT_ERRORS["referrer_spam", "file"] == before + 1


def test_every_host_of_the_public_list_is_dropped_in_every_spelling() -> None:
    file = shared_data("referrer-spam/spammers.txt")
    listed = SpamHosts(file)

    for host in read_hosts(file.read_bytes()):
        for referrer in (f"http://{host}/", f"https://www.{host.upper()}:8080/?utm_source=x"):
            assert classify(referrer, own_host="sho.rt", spam=listed) == ("", "spam"), referrer


@pytest.mark.parametrize("referrer", ["https://www.google.com/", "https://t.co/x", "https://news.example.org/", "https://mail.yahoo.com/"])
def test_sites_of_people_are_not_on_the_public_list(referrer: str) -> None:
    listed = SpamHosts(shared_data("referrer-spam/spammers.txt"))

    assert classify(referrer, own_host="sho.rt", spam=listed).kind != "spam"
