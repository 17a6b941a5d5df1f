"""What the judge of redirects calls wrong."""

from faults.links import NOWHERE, History
from faults.report import Report
from tests.load.generator import Answer

OLD, NEW = "https://example.com/old", "https://example.com/new"


def answer(location: str, *, at: float, status: int = 302) -> Answer:
    return Answer("probe", "/code", status, location, at, 0.01)


def history() -> History:
    """A link that is edited from second 10 to second 11."""
    made = History()
    made.add("/code", OLD, began=0, returned=1)
    made.add("/code", NEW, began=10, returned=11)
    return made


def test_the_old_destination_is_right_until_the_edit_must_show() -> None:
    assert history().wrong([answer(OLD, at=9), answer(OLD, at=11.9)], stale=1) == []
    assert history().wrong([answer(OLD, at=12.1)], stale=1) == [f"/code->{OLD}"]


def test_the_new_destination_is_right_from_the_beginning_of_the_edit() -> None:
    assert history().wrong([answer(NEW, at=10.5)], stale=1) == []
    assert history().wrong([answer(NEW, at=9)], stale=1) == [f"/code->{NEW}"]


def test_a_link_that_is_called_unknown_is_wrong() -> None:
    assert history().wrong([answer(NOWHERE, at=5, status=404)], stale=1) == ["/code->404"]


def test_a_failure_is_no_wrong_location() -> None:
    assert history().wrong([answer(NOWHERE, at=5, status=503)], stale=1) == []


def test_a_number_beyond_its_bound_breaks_the_fault() -> None:
    report = Report("F0")
    report.at_most("p99", 40.0, 50.0, "ms")
    report.at_most("queries", 3, 2)
    assert report.line() == "fault F0 broken p99 40ms (<=50); BROKEN queries 3 (<=2)"
