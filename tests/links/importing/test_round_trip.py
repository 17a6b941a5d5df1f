"""What is exported and imported again is what it was."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.accounts.models import User, Workspace
from apps.links import renaming, rules
from apps.links.changes import LinkOptions
from apps.links.exporting.formats import ExportFormat
from apps.links.exporting.records import record_of
from apps.links.exporting.services import export_links
from apps.links.importing.models import OnClash
from apps.links.models import Alias, Link
from apps.links.rules import RuleSpec
from tests.links.conftest import NOW
from tests.links.importing.conftest import Import

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(make_link: Callable[..., Link], owner: User) -> Link:
    """A link that has everything a link can have."""
    link = make_link(
        code="first",
        destination_url="https://example.com/a?b=1,2;3",
        title='=SUM("x"), ’quoted’',
        description="-two\nlines;\tand a tab",
        tags=["Späß", "@news", "b"],
        valid_from=NOW - timedelta(days=1, microseconds=7),
        expires_at=NOW + timedelta(days=3),
        options=LinkOptions(
            redirect_status=308,
            cache_seconds=60,
            forward_query=True,
            forward_path=True,
            utm={"utm_source": "=x"},
            max_clicks=9,
            is_crawlable=True,
        ),
    )
    link = renaming.change_code(actor=owner, link=link, code="-second", now=NOW)
    conditions = [{"kind": "country", "values": ["DE", "FR"]}]
    link = rules.set_rules(actor=owner, link=link, rules=[RuleSpec(3, conditions, "https://example.org/de", 7)], now=NOW)
    Link.objects.filter(pk=link.pk).update(click_count=4321, redirects_used=2)
    return link


def _exported(owner: User, workspace: Workspace, format_: ExportFormat) -> bytes:
    return b"".join(export_links(actor=owner, workspace=workspace, format_=format_, now=NOW))


@pytest.mark.parametrize("format_", list(ExportFormat))
def test_a_link_is_the_same_after_export_and_import(
    format_: ExportFormat, full: Link, owner: User, workspace: Workspace, import_file: Import
) -> None:
    before = record_of(Link.objects.get(pk=full.pk), with_hash=False)
    file = _exported(owner, workspace, format_)
    Alias.objects.all().delete()
    Link.objects.all().delete()

    job = import_file(file)

    assert job.counts == {"created": 1}, list(job.rows.values_list("message"))
    made = Link.objects.get()
    assert record_of(made, with_hash=False) == before
    assert made.owner == owner
    assert made.workspace == workspace


@pytest.mark.parametrize("format_", list(ExportFormat))
def test_a_file_that_is_imported_twice_makes_nothing_the_second_time(
    format_: ExportFormat, full: Link, owner: User, workspace: Workspace, import_file: Import
) -> None:
    file = _exported(owner, workspace, format_)

    assert import_file(file).counts == {"unchanged": 1}
    assert import_file(file, on_clash=OnClash.RENAME).counts == {"unchanged": 1}
    assert import_file(file, on_clash=OnClash.UPDATE).counts == {"unchanged": 1}
    assert Link.objects.count() == 1


def test_a_link_with_a_password_comes_back_locked(
    make_link: Callable[..., Link], owner: User, workspace: Workspace, import_file: Import
) -> None:
    make_link(code="secret", options=LinkOptions(password="open sesame"))
    file = _exported(owner, workspace, ExportFormat.JSON)
    Link.objects.all().delete()

    import_file(file)

    made = Link.objects.get()
    assert made.password_hash.startswith("!")
    assert b"password_hash" not in file
