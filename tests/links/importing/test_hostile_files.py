"""Files that are broken, or made to do harm: they are told of, and nothing else happens."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from apps.links.importing.errors import ImportRefused
from apps.links.models import Link
from tests.links.importing.conftest import Import
from tests.shared_data import shared_json

pytestmark = pytest.mark.django_db
GOOD = "good,https://example.com/\n"
SQL = "CREATE TABLE urls (short_url TEXT, long_url TEXT, hits INT);\n"


def test_a_quotation_mark_that_is_not_closed_costs_its_rows_alone(import_file: Import) -> None:
    job = import_file(f'code,destination_url\n{GOOD}bad,"https://example.com/' + "x" * 200_000 + "\nlast,https://example.com/2\n")

    assert job.state == "done"
    assert Link.objects.filter(code="good").exists()
    assert not Link.objects.filter(code="bad").exists()


def test_a_cell_of_ten_megabytes_is_refused(import_file: Import) -> None:
    job = import_file("code,destination_url\nbad," + "x" * 10_000_000 + f"\n{GOOD}")

    assert Link.objects.get().code == "good"
    assert job.counts["created"] == 1


def test_zeros_and_other_encodings_refuse_the_row(import_file: Import) -> None:
    job = import_file(
        b"code,destination_url,title\na\0b,https://example.com/,x\nc,https://example.com/,\xff\xfe\nd,https://example.com/,a\0b\n"
    )

    assert [(link.code, link.title) for link in Link.objects.all()] == [("d", "a b")]
    assert set(job.rows.values_list("problem", flat=True)) == {"invalid_code", "not_decoded", ""}


@pytest.mark.parametrize(
    "content",
    [
        '[{"code": "a", "destination_url": "https://example.com/"}, {"code": ',
        '{"links": [{"code": "a", "destination_url": "https://example.com/"}], ',
        SQL + "INSERT INTO urls VALUES ('a', 'https://example.com/', 1), ('b', 'https://exa",
    ],
    ids=["json-list", "json-object", "sql"],
)
def test_a_file_that_ends_in_the_middle_is_told(content: str, check: Import) -> None:
    job = check(content)

    assert job.state == "failed"
    assert job.problem


@pytest.mark.parametrize("content", ["", " ", "{", "[" * 100_000, "null", "\0" * 5000, b"SQLite format 3\0 and no more", "--", "code"])
def test_what_has_no_links_is_refused(content: Any, check: Import) -> None:
    with pytest.raises(ImportRefused):
        check(content)


def test_a_dump_is_not_executed(import_file: Import) -> None:
    import_file(
        f"-- a dump\n{SQL}DROP TABLE links_link; COPY x FROM PROGRAM 'false';\nINSERT INTO urls VALUES ('a', 'https://example.com/', 1);\n"
    )

    assert Link.objects.get().code == "a"


def test_a_value_without_an_end_is_refused(check: Import) -> None:
    job = check(SQL + "INSERT INTO urls VALUES ('a', '" + "x" * 3_000_000)

    assert job.state == "failed"


def test_a_view_in_a_database_is_not_read(check: Import, tmp_path: Path) -> None:
    path = tmp_path / "urls.sqlite"
    database = sqlite3.connect(path)
    database.execute("CREATE VIEW urls AS SELECT 'a' AS short_url, 'https://example.com/' AS long_url, 1 AS hits")
    database.commit()
    database.close()

    with pytest.raises(ImportRefused):
        check(path.read_bytes())


def test_odd_texts_are_stored_or_refused(import_file: Import) -> None:
    odd = ["\u202eabc", "👩‍👩‍👧", "ﷺ", "a\x00b", "\x7f", "'; DROP TABLE x; --", "<script>", "\ufeff", "%s%n{}", "x" * 5000]
    rows = [
        {"code": f"c{i}", "destination_url": "https://example.com/", "title": text, "description": text, "tags": [text]}
        for i, text in enumerate(odd)
    ]

    assert import_file(rows).counts == {"created": len(odd)}


def test_cells_that_act_in_a_spreadsheet_come_back_as_they_were(import_file: Import, logged_in: Any, owner: Any) -> None:
    import csv  # noqa: PLC0415 - one test
    import io  # noqa: PLC0415

    from django.urls import reverse  # noqa: PLC0415

    values = [case["value"] for case in shared_json("attack-vectors/csv-cells.json")] + ["'quoted", "=x", "|calc"]
    titles = [text for text in values if text.isprintable() and len(text) <= 200]
    import_file([{"code": f"c{i}", "destination_url": "https://example.com/", "title": text} for i, text in enumerate(titles)])

    file = b"".join(logged_in(owner).get(reverse("links:export_csv")))
    Link.objects.all().delete()
    import_file(file)

    rows = list(csv.DictReader(io.StringIO(file.decode(), newline="")))
    assert not [row["title"] for row in rows if row["title"][:1] in set("=+-@\t\r\n\0＝＋－＠")]
    assert list(Link.objects.order_by("pk").values_list("title", flat=True)) == titles
