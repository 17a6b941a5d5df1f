"""Which engine answers, with and without a real Elasticsearch."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from apps.accounts.models import Workspace
from apps.common.breaker import FAILURES_TO_OPEN, BreakerState, CircuitBreaker
from apps.links.models import Link
from apps.links.search import choice
from apps.links.search.elastic.client import get_client
from apps.links.search.elastic.writing import write
from apps.links.search.metrics import BREAKER_OPEN, SERVED, UNANSWERED
from apps.links.search.postgresql import writing as postgresql
from apps.links.search.query import TIMEOUT_SECONDS, SearchQuery
from apps.links.search.results import ServedBy
from tests.engines.elasticsearch import Elasticsearch
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db

MakeLink = Callable[..., Link]


@pytest.fixture(autouse=True)
def fresh_breaker(monkeypatch: pytest.MonkeyPatch) -> CircuitBreaker:
    breaker = CircuitBreaker()
    monkeypatch.setattr(choice, "breaker", breaker)
    return breaker


@pytest.fixture
def make_known_link(make_link: MakeLink) -> MakeLink:
    """Makes links that PostgreSQL's side knows of."""

    def make(**fields: Any) -> Link:
        link = make_link(**fields)
        postgresql.write([link.pk])
        return link

    return make


def ask(workspace: Workspace, text: str = "spring") -> tuple[ServedBy, list[int], float]:
    result = choice.search(SearchQuery(text=text, workspace_ids=(workspace.pk,), now=NOW))
    return result.served_by, [hit.link_id for hit in result.hits], result.took


def test_postgresql_answers_where_there_is_no_elasticsearch(workspace: Workspace, make_known_link: MakeLink, settings: Settings) -> None:
    settings.ELASTICSEARCH = {}
    link = make_known_link(title="Spring")

    served_by, found, took = ask(workspace)

    assert (served_by, found) == (ServedBy.POSTGRESQL, [link.pk])
    assert 0 < took < TIMEOUT_SECONDS


def test_postgresql_answers_while_elasticsearch_is_down_and_it_is_soon_asked_no_more(
    workspace: Workspace, make_known_link: MakeLink, settings: Settings, fresh_breaker: CircuitBreaker
) -> None:
    settings.ELASTICSEARCH = {"hosts": ["http://127.0.0.1:9"]}
    link = make_known_link(title="Spring")
    unanswered, served = UNANSWERED.labels("elasticsearch"), SERVED.labels("postgresql")
    before = unanswered._value.get(), served._value.get()

    answers = [ask(workspace)[:2] for _ in range(FAILURES_TO_OPEN + 2)]

    assert answers == [(ServedBy.POSTGRESQL, [link.pk])] * (FAILURES_TO_OPEN + 2)
    assert fresh_breaker.state is BreakerState.OPEN
    assert BREAKER_OPEN._value.get() == 1
    assert (unanswered._value.get(), served._value.get()) == (before[0] + FAILURES_TO_OPEN, before[1] + FAILURES_TO_OPEN + 2)


@pytest.mark.full
def test_elasticsearch_answers_where_there_is_one(index: str, workspace: Workspace, make_known_link: MakeLink) -> None:
    link = make_known_link(title="Spring")
    write([link.pk], indices=[index])
    get_client().indices.refresh(index=index)

    assert ask(workspace)[:2] == (ServedBy.ELASTICSEARCH, [link.pk])


@pytest.mark.full
def test_postgresql_answers_before_the_first_rebuild(
    index: str, workspace: Workspace, make_known_link: MakeLink, settings: Settings
) -> None:
    settings.ELASTICSEARCH_INDEX_PREFIX = "none-yet-"
    link = make_known_link(title="Spring")

    assert ask(workspace)[:2] == (ServedBy.POSTGRESQL, [link.pk])


@pytest.fixture
def hanging(shared_elasticsearch: Elasticsearch, index: str) -> Iterator[Elasticsearch]:
    shared_elasticsearch.pause()
    yield shared_elasticsearch
    shared_elasticsearch.resume()


@pytest.mark.full
def test_a_server_that_hangs_is_waited_for_no_longer_than_the_limit_and_asked_again_when_it_is_back(
    hanging: Elasticsearch, workspace: Workspace, make_known_link: MakeLink, fresh_breaker: CircuitBreaker
) -> None:
    link = make_known_link(title="Spring")

    times = []
    for _ in range(FAILURES_TO_OPEN + 2):
        began = time.monotonic()
        assert ask(workspace)[:2] == (ServedBy.POSTGRESQL, [link.pk])
        times.append(time.monotonic() - began)
    hanging.resume()

    assert max(times) < TIMEOUT_SECONDS + 1
    # With the breaker open nobody waits any more.
    assert min(times[FAILURES_TO_OPEN:]) < 0.5
    deadline = time.monotonic() + 5
    while ask(workspace)[0] is ServedBy.POSTGRESQL and time.monotonic() < deadline:
        time.sleep(0.1)
    assert ask(workspace)[0] is ServedBy.ELASTICSEARCH
    assert fresh_breaker.state is BreakerState.CLOSED


@pytest.mark.full
def test_a_result_that_lacks_a_shard_is_none(index: str, workspace: Workspace, make_known_link: MakeLink) -> None:
    link = make_known_link(title="Spring")
    settings: dict[str, Any] = {"index.routing.allocation.require.box": "none"}
    get_client().indices.create(index="red", settings=settings, aliases={"tests-links": {}}, wait_for_active_shards="0")
    try:
        assert ask(workspace)[:2] == (ServedBy.POSTGRESQL, [link.pk])
    finally:
        get_client().indices.delete(index="red")
