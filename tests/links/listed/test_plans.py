"""What PostgreSQL does for a page of the list: a few steps in an index, however long the list is and whatever it holds."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User, Workspace
from apps.links.installation import default_domain
from apps.links.listed import finding
from apps.links.listed.cursors import Cursor
from apps.links.listed.finding import Listing
from apps.links.listed.models import ListedLink
from apps.links.listed.states import numbers_of
from apps.links.listing import SORTS
from apps.links.models import Domain, LinkState, Tag
from tests.links.pages import LIST

pytestmark = pytest.mark.django_db
COLUMNS = {"-created_at": "created", "created_at": "created", "-click_count": "clicks", "expires_at": "expiry"}
INDEXES = {"created": "listed_by_age", "clicks": "listed_by_clicks", "expiry": "listed_by_expiry"}
# Tables that grow with the number of links.
LONG_TABLES = {"links_link", "links_linktag", "links_listedlink", "links_redirectrule"}
SIZE = 21


def explain(statement: str, parameters: Any = None, *, analyze: bool = False) -> list[dict[str, Any]]:
    """All nodes of the plan."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({'ANALYZE, ' if analyze else ''}FORMAT JSON) {statement}", parameters)
        told = cursor.fetchone()[0]
    [plan] = json.loads(told) if isinstance(told, str) else told
    return list(_nodes(plan["Plan"]))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


def listings(workspace: Workspace) -> Iterator[Listing]:
    tags = [0, *Tag.objects.filter(workspace=workspace).values_list("pk", flat=True)]
    domains = [None, default_domain().pk, *Domain.objects.filter(hostname__endswith=".example").values_list("pk", flat=True)]
    for tag, domain, state in itertools.product(tags, domains, ["", *LinkState]):
        yield Listing(workspace_id=workspace.pk, states=numbers_of(state), tag_id=tag, domain_id=domain)


def test_any_page_of_any_list_in_any_order_reads_a_few_rows_of_the_index_of_its_order(long_list: Workspace) -> None:
    middle = ListedLink.objects.filter(workspace_id=long_list.pk).order_by("link_id")[2_000:]
    for listing in listings(long_list):
        for sort, column in COLUMNS.items():
            cursor = Cursor(*middle.values_list(column, "link_id")[:1][0])
            for place, backwards in ((None, False), (cursor, False), (cursor, True), (None, True)):
                asked = finding.page_statement(listing, sort=sort, cursor=place, backwards=backwards, limit=SIZE)
                with finding.in_order_of_indexes():
                    _reads_few(explain(*asked), column)


def _reads_few(nodes: list[dict[str, Any]], column: str) -> None:
    scans = [node for node in nodes if node.get("Relation Name") in LONG_TABLES]
    assert {node["Node Type"] for node in scans} <= {"Index Only Scan", "Index Scan"}
    # Rows come in the order that they are wanted in, and no more of each place than a page has.
    [inner] = [node for node in scans if "(domain_id = " in node["Index Cond"]]
    assert (inner["Index Name"], "Filter" in inner) == (INDEXES[column], False)
    assert [node["Node Type"] for node in nodes if inner in node.get("Plans", [])] == ["Limit"]


@pytest.mark.parametrize("sort", list(SORTS))
def test_the_rows_read_are_those_of_a_page_for_each_state_and_domain(long_list: Workspace, sort: str) -> None:
    for listing in listings(long_list):
        places = len(listing.states) * (3 if listing.domain_id is None else 1)
        with finding.in_order_of_indexes():
            nodes = explain(*finding.page_statement(listing, sort=sort, cursor=None, backwards=False, limit=SIZE), analyze=True)
        assert _rows_read(nodes) <= places * (SIZE + 1)


def test_counting_reads_an_index_and_stops(long_list: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MAX_COUNT", 100)
    for listing in listings(long_list):
        with finding.in_order_of_indexes():
            nodes = explain(*finding.count_statement(listing), analyze=True)
        assert _rows_read(nodes) <= 101 + len(listing.states) * 3


def _rows_read(nodes: list[dict[str, Any]]) -> float:
    scans = [node for node in nodes if node.get("Relation Name") == "links_listedlink"]
    return sum(float(node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * int(node["Actual Loops"]) for node in scans)


@pytest.mark.parametrize(
    "query", [{}, {"tag": "rare", "sort": "-click_count"}, {"state": "banned"}, {"domain": "rare.example"}, {"before": "end"}]
)
def test_no_query_of_the_page_goes_through_a_whole_table(browser: Client, owner: User, long_list: Workspace, query: dict[str, str]) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(LIST, query).status_code == 200

    asked = [found["sql"] for found in captured.captured_queries if found["sql"].lstrip().startswith(("SELECT", "WITH"))]
    assert len(asked) >= 9
    for statement in asked:
        through = [
            node
            for node in explain(statement)
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LONG_TABLES - {"links_redirectrule"}
        ]
        assert through == []
