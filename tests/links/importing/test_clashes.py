"""What becomes of rows whose code, host or destination cannot be had."""

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import AuditLog, User
from apps.events.models import OutboxEvent
from apps.links import services
from apps.links.importing.models import OnClash
from apps.links.models import Link
from tests.links.conftest import NOW
from tests.links.importing.conftest import Import

pytestmark = pytest.mark.django_db
HEAD = "code,destination_url,title\n"


def _file(*rows: str) -> str:
    return HEAD + "".join(f"{row}\n" for row in rows)


def _told(job: object) -> list[tuple[int, str, str]]:
    return list(job.rows.order_by("pk").values_list("line", "outcome", "problem"))  # type: ignore[attr-defined]


@pytest.fixture
def taken(make_link: Callable[..., Link]) -> Link:
    return make_link(code="taken", destination_url="https://example.com/here")


def test_each_row_is_told_with_its_line(check: Import, taken: Link) -> None:
    file = _file(
        "new,https://example.com/1,a",
        "new,https://example.com/2,b",
        "taken,https://example.com/3,c",
        "taken,https://example.com/here,c",
        "é/,https://example.com/4,d",
        "admin,https://example.com/5,e",
        "x,ftp://example.com/,f",
        "y,http://127.0.0.1/,f",
        '"z',
        'z",https://example.com/7,g',
    )

    assert _told(check(file)) == [
        (2, "created", ""),
        (3, "skipped", "duplicate"),
        (4, "skipped", "code_taken"),
        (5, "unchanged", "same_link"),
        (6, "refused", "invalid_code"),
        (7, "refused", "reserved_code"),
        (8, "refused", "scheme_not_allowed"),
        (9, "refused", "private_host"),
        (10, "refused", "invalid_code"),
    ]


def test_another_code_is_offered_and_taken_where_that_is_wanted(check: Import, import_file: Import, taken: Link) -> None:
    file = _file("taken,https://example.com/3,c", "Straße 1,https://example.com/4,d")

    offered = list(check(file).rows.order_by("pk").values_list("new_code", flat=True))
    Link.objects.exclude(pk=taken.pk).delete()
    job = import_file(file, on_clash=OnClash.RENAME)

    assert offered == ["taken-2", "Strae-1"]
    assert set(Link.objects.values_list("code", flat=True)) == {"taken", *offered}
    assert job.counts == {"created": 2}


def test_the_same_link_is_changed_where_that_is_wanted(import_file: Import, taken: Link) -> None:
    job = import_file(_file("taken,https://example.com/other,New title"), on_clash=OnClash.UPDATE)

    taken.refresh_from_db()
    assert (taken.destination_url, taken.title, taken.version) == ("https://example.com/other", "New title", 2)
    assert job.counts == {"updated": 1}


def test_a_link_of_others_is_never_changed(import_file: Import, stranger: User) -> None:
    theirs = services.create_link(
        actor=stranger, workspace=stranger.personal_workspace, destination_url="https://example.com/theirs", code="theirs", now=NOW
    )

    job = import_file(_file("theirs,https://example.com/other,x"), on_clash=OnClash.UPDATE)

    theirs.refresh_from_db()
    assert (theirs.destination_url, job.counts) == ("https://example.com/theirs", {"skipped": 1})


def test_an_open_link_does_not_take_over_the_destination_of_a_protected_one(import_file: Import, taken: Link) -> None:
    job = import_file([{"code": "taken", "destination_url": "https://example.com/secret", "has_password": True}], on_clash=OnClash.UPDATE)

    taken.refresh_from_db()
    assert taken.destination_url == "https://example.com/here"
    assert _told(job) == [(1, "refused", "is_open_here")]


def test_each_new_link_has_its_event_and_its_row_in_the_audit_log(import_file: Import) -> None:
    import_file(_file("one,https://example.com/1,a", "two,https://example.com/2,b"))

    assert OutboxEvent.objects.filter(topic="url_created_events").count() == 2
    assert AuditLog.objects.filter(action="link.created").count() == 2
    assert AuditLog.objects.get(action="link.imported").after == {"format": "own", "rows": 2, "created": 2}


def test_a_batch_costs_as_many_queries_as_one_row(import_file: Import, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    def rows(name: str, number: int) -> list[dict[str, object]]:
        return [{"code": f"{name}{i}", "destination_url": "https://example.com/", "tags": ["a", f"b{i % 10}"]} for i in range(number)]

    # Both walks through the file, begun and ended.
    with django_assert_max_num_queries(75):
        import_file(rows("x", 1))
    with django_assert_max_num_queries(75):
        import_file(rows("y", 900))

    assert Link.objects.count() == 901


def test_who_may_no_longer_make_links_imports_none(check: Import, owner: User) -> None:
    owner.is_active = False
    owner.save(update_fields=["is_active"])
    from apps.common.errors import NotFound  # noqa: PLC0415 - one test

    with pytest.raises(NotFound):
        check(_file("one,https://example.com/1,a"))
