"""Which engine answers a search."""

import time
from dataclasses import replace
from functools import cache

import structlog
from django.conf import settings

from apps.common.breaker import BreakerState, CircuitBreaker
from apps.links.search.engine import SearchEngine, SearchUnavailable
from apps.links.search.metrics import BREAKER_OPEN, SERVED, UNANSWERED
from apps.links.search.postgresql.engine import PostgresSearch
from apps.links.search.query import SearchQuery
from apps.links.search.results import SearchResult

log = structlog.get_logger(__name__)

breaker = CircuitBreaker()


def search(query: SearchQuery) -> SearchResult:
    """What `query` finds, and who found it: Elasticsearch, or PostgreSQL where it is not set up or does not answer.

    Raises SearchUnavailable when neither does.
    """
    if settings.ELASTICSEARCH and breaker.allows():
        try:
            result = _asked(_elasticsearch(), query)
        except SearchUnavailable as error:
            breaker.failed()
            BREAKER_OPEN.set(breaker.state is not BreakerState.CLOSED)
            log.warning("elasticsearch_unavailable", reason=str(error), breaker=breaker.state)
        else:
            if breaker.state is not BreakerState.CLOSED:
                log.info("elasticsearch_is_back")
            breaker.succeeded()
            BREAKER_OPEN.set(0)
            return result
    return _asked(PostgresSearch(), query)


def _asked(engine: SearchEngine, query: SearchQuery) -> SearchResult:
    began = time.perf_counter()
    try:
        result = engine.search(query)
    except SearchUnavailable:
        UNANSWERED.labels(engine.name).inc()
        raise
    SERVED.labels(engine.name).inc()
    return replace(result, took=time.perf_counter() - began)


@cache
def _elasticsearch() -> SearchEngine:
    from apps.links.search.elastic.engine import ElasticSearch  # noqa: PLC0415 - its client is large

    return ElasticSearch()
