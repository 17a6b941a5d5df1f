"""Files of clicks: what is in them, who gets them, and that they need little memory."""

import asyncio
import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from typing import cast as typed

import pytest
from django.core.management import CommandError, call_command
from django.http import StreamingHttpResponse
from django.test import AsyncRequestFactory, Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Membership, Role, User
from apps.accounts.policy import ApiActor, Scope
from apps.analytics import export_views, store
from apps.analytics.exports import formats, reading
from apps.analytics.exports.formats import Format
from apps.analytics.exports.reading import COLUMNS, Selection
from apps.analytics.exports.services import export, may_export
from apps.common.errors import NotFound
from apps.links.models import Link
from tests.analytics.conftest import Rows
from tests.analytics.outages import nobody_listens
from tests.analytics.rows import NOON, click_row
from tests.analytics.trending.conftest import MakeLink, make_link
from tests.cast import Cast

__all__ = ["make_link"]
pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


def click(*, times: int = 1, **values: Any) -> None:
    rows = [click_row(**values) for _ in range(times)]
    store.insert_clicks(rows, token=str(rows[0].event_id))


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def csv_of(selection: Selection) -> list[dict[str, str]]:
    return rows_of(b"".join(export(selection=selection, format_=Format.CSV).pieces))


def test_a_csv_file_has_all_that_is_stored_oldest_first(clickhouse: Rows) -> None:
    click(timestamp=NOON + timedelta(seconds=1), user_agent="second")
    click(user_agent="=HYPERLINK(1)", city="Zürich", address="203.0.113.9")
    click(link_id=8)

    first, second = csv_of(Selection(7))

    assert list(first) == list(COLUMNS)
    assert (first["user_agent"], first["city"], first["address"]) == ("'=HYPERLINK(1)", "Zürich", "203.0.113.9")
    assert (first["timestamp"], first["is_bot"], second["user_agent"]) == ("2026-05-04T12:00:00.000+00:00", "false", "second")


def test_bots_and_other_times_are_left_out(clickhouse: Rows) -> None:
    click(is_bot=True)
    click(timestamp=NOON - timedelta(days=1))
    click(timestamp=NOON + timedelta(days=1))
    click()

    day = Selection(7, NOON, NOON + timedelta(days=1))
    assert len(csv_of(day)) == 1
    assert len(csv_of(Selection(7))) == 3
    assert len(csv_of(Selection(7, include_bots=True))) == 4


def test_nothing_makes_a_file_with_a_head_alone(clickhouse: Rows) -> None:
    made = export(selection=Selection(7), format_=Format.CSV)

    assert (made.total, b"".join(made.pieces)) == (0, ",".join(COLUMNS).encode() + b"\r\n")


def test_progress_is_told_block_by_block(clickhouse: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BLOCK", 2)
    click(times=5)
    told: list[int] = []

    made = export(selection=Selection(7), format_=Format.CSV, progress=told.append)

    assert (made.total, len(rows_of(b"".join(made.pieces))), told) == (5, 5, [2, 4, 5])


def test_a_parquet_file_has_the_same_clicks_with_their_types(clickhouse: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(reading, "BLOCK", 2)
    monkeypatch.setattr(formats, "_ROW_GROUP", 4)
    click(times=5, user_agent="=1+1", visitor_id=2**64 - 1)

    data = b"".join(export(selection=Selection(7), format_=Format.PARQUET).pieces)

    table = parquet.read_table(io.BytesIO(data))
    assert table.column_names == list(COLUMNS)
    assert table["user_agent"].to_pylist() == ["=1+1"] * 5
    assert table["visitor_id"].to_pylist() == [2**64 - 1] * 5
    assert table["timestamp"].to_pylist() == [NOON] * 5
    assert table["is_bot"].to_pylist() == [False] * 5


def test_a_parquet_file_without_clicks_can_be_read(clickhouse: Rows) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")

    data = b"".join(export(selection=Selection(7), format_=Format.PARQUET).pieces)

    assert parquet.read_table(io.BytesIO(data)).num_rows == 0


def test_without_pyarrow_there_is_no_parquet(clickhouse: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda _name: None)

    with pytest.raises(NotFound):
        export(selection=Selection(7), format_=Format.PARQUET)


@pytest.mark.parametrize("format_", [Format.CSV, Format.PARQUET])
def test_memory_does_not_grow_with_the_clicks(clickhouse: Rows, format_: Format) -> None:
    if not format_.is_available:
        pytest.skip("pyarrow is not installed")
    clickhouse(
        "INSERT INTO click_events (event_id, link_id, workspace_id, timestamp, user_agent, referrer) "
        "SELECT generateUUIDv4(), 7, 3, toDateTime('2026-05-04 12:00:00', 'UTC') + number, repeat('u', 100), repeat('r', 100) "
        "FROM numbers(200000)"
    )
    made = export(selection=Selection(7), format_=format_)
    size = sum(len(piece) for piece in _first(made.pieces, 1))
    tracemalloc.start()
    largest = 0
    for piece in made.pieces:
        size += len(piece)
        largest = max(largest, len(piece))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert made.total == 200_000
    assert largest < 10_000_000
    # A click as Python objects takes some 3 KB: 600 MB if all were held.
    assert peak < (25_000_000 if format_ is Format.CSV else 250_000_000)


def _first(pieces: Iterator[bytes], count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield next(pieces)


def address_of(link: Link, format_: str = "csv", query: str = "?range=90d") -> str:
    return reverse(f"analytics:export_{format_}", args=[link.domain.hostname, link.code]) + query


def body(response: Any) -> bytes:
    return b"".join(typed("StreamingHttpResponse", response))


def test_the_owner_takes_the_clicks_away(clickhouse: Rows, make_link: MakeLink, owner: User, client: Client) -> None:
    link = make_link(code="spring")
    click(times=2, link_id=link.pk, timestamp=timezone.now())
    click(link_id=link.pk, timestamp=timezone.now(), is_bot=True)
    client.force_login(owner)

    response = client.get(address_of(link))

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="clicks-spring-90d.csv"'
    assert response.headers["X-Clicks-Total"] == "2"
    assert len(rows_of(body(response))) == 2
    assert len(rows_of(body(client.get(address_of(link, query="?range=90d&bots=1"))))) == 3
    assert client.head(address_of(link)).headers["X-Clicks-Total"] == "2"


def test_a_server_of_the_other_kind_streams_too(clickhouse: Rows, make_link: MakeLink, owner: User) -> None:
    link = make_link()
    click(times=2, link_id=link.pk, timestamp=timezone.now())
    request = AsyncRequestFactory().get(address_of(link))
    request.user = owner

    response = typed("StreamingHttpResponse", export_views.export(request, link.domain.hostname, link.code, format_=Format.CSV))

    async def pieces() -> bytes:
        return b"".join([piece async for piece in response])

    assert response.is_async
    assert len(rows_of(asyncio.run(pieces()))) == 2


@pytest.mark.parametrize(
    ("name", "status"),
    [("owner", 200), ("admin", 200), ("editor", 403), ("viewer", 403), ("stranger", 404), ("inactive", 302), ("anonymous", 302)],
)
def test_single_clicks_are_for_the_owner_alone(
    clickhouse: Rows, make_link: MakeLink, cast: Cast, client: Client, name: str, status: int
) -> None:
    link = make_link()
    if name != "anonymous":
        client.force_login(typed("User", cast.actor(name)))

    response = client.get(address_of(link))

    assert response.status_code == status
    # A stream that nobody reads is closed whenever the garbage is collected.
    assert not response.streaming or body(response)


def test_an_editor_gets_the_clicks_of_own_links_while_a_member(make_link: MakeLink, teammate: Any) -> None:
    editor = teammate(Role.EDITOR)
    link = make_link()
    assert not may_export(editor, link)
    link.owner = editor
    assert may_export(editor, link)
    Membership.objects.filter(user=editor).delete()
    assert not may_export(editor, link)


def test_a_key_gives_away_no_single_clicks_beyond_its_scopes_and_its_domain(make_link: MakeLink, cast: Cast) -> None:
    link = make_link()
    link.owner = cast.editor
    domain_id = link.domain_id

    def with_key(user: User, scope: Scope, bound: int | None = None) -> bool:
        return may_export(ApiActor(user, frozenset({scope}), domain_id=bound), link)

    for user in (cast.owner, cast.editor):
        assert with_key(user, Scope.CLICKS_EXPORT)
        assert with_key(user, Scope.CLICKS_EXPORT, domain_id)
        assert not with_key(user, Scope.CLICKS_EXPORT, domain_id + 1)
        assert not with_key(user, Scope.ANALYTICS_READ)
    assert not with_key(cast.viewer, Scope.CLICKS_EXPORT)


def test_without_clickhouse_the_page_says_so(make_link: MakeLink, owner: User, client: Client) -> None:
    link = make_link()
    client.force_login(owner)

    with nobody_listens():
        assert client.get(address_of(link)).status_code == 503


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("export_clicks", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_writes_a_file(clickhouse: Rows, make_link: MakeLink, tmp_path: Path) -> None:
    link = make_link(code="spring")
    click(times=3, link_id=link.pk)
    click(link_id=link.pk, is_bot=True)
    place, file = f"{link.domain.hostname}/spring", tmp_path / "clicks.csv"

    assert run(place, str(file)) == f"3 clicks written to {file}\n"
    assert len(rows_of(file.read_bytes())) == 3
    assert run(place, str(file), "--bots", "--since", "2026-05-04", "--until", "2026-05-05").startswith("4 clicks")
    assert run(place, str(file), "--since", "2026-05-05").startswith("0 clicks")


def test_the_command_says_what_is_wrong(clickhouse: Rows, make_link: MakeLink, tmp_path: Path) -> None:
    link = make_link(code="spring")
    place = f"{link.domain.hostname}/spring"
    for arguments in (
        ["sho.rt/none", "a.csv"],
        [place, "a.txt"],
        [place, str(tmp_path / "no" / "a.csv")],
        [place, "a.csv", "--since", "x"],
    ):
        with pytest.raises(CommandError):
            run(*arguments)
