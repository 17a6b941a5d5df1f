"""Searching in Elasticsearch."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django_elasticsearch_dsl.search import Search
from elastic_transport import TransportError
from elasticsearch import ApiError
from elasticsearch.dsl import A

from apps.links.models import Link, LinkState
from apps.links.search.elastic.client import get_client
from apps.links.search.elastic.indices import reading_alias
from apps.links.search.elastic.queries import filters, matching, states
from apps.links.search.engine import SearchUnavailable
from apps.links.search.highlighting import highlights
from apps.links.search.query import TIMEOUT_SECONDS, SearchQuery, Sort
from apps.links.search.results import MAX_FACETS, MAX_MONTHS, MAX_TOTAL, FacetCount, Facets, Hit, SearchResult, ServedBy
from apps.links.search.words import words

_SORTS: Final[Mapping[Sort, Sequence[str]]] = {
    Sort.RELEVANCE: ("_score", "-created_at", "-link_id"),
    Sort.NEWEST: ("-created_at", "-link_id"),
    Sort.OLDEST: ("created_at", "link_id"),
}
_SHOWN: Final = ["code", "destination_url", "title", "description", "tags"]
# The server gives up a little before we do, so that it does not go on for nobody.
_SERVER_TIMEOUT: Final = f"{int(TIMEOUT_SECONDS * 900)}ms"


class ElasticSearch:
    """One request a search; one that is late or incomplete counts as none."""

    name = ServedBy.ELASTICSEARCH

    def search(self, query: SearchQuery, /) -> SearchResult:
        """See SearchEngine; there is no answer either before the first `search_rebuild`."""
        client = get_client().options(request_timeout=TIMEOUT_SECONDS)
        try:
            answer = client.search(index=reading_alias(), body=body_of(query), allow_partial_search_results=False).body
        except (ApiError, TransportError) as error:
            raise SearchUnavailable(f"{type(error).__name__}: {error}") from error
        if answer["timed_out"]:
            raise SearchUnavailable(f"no answer within {_SERVER_TIMEOUT}")
        return _result(answer, query)


def body_of(query: SearchQuery) -> dict[str, Any]:
    """The body of the request for `query`."""
    search = Search(model=Link).query(matching(query)).filter("bool", filter=list(filters(query)))
    search = search.sort(*_sort(query)).source(_SHOWN).params()
    first, size = (0, 0) if query.is_too_deep else (query.first, query.size)
    search = search.extra(from_=first, size=size, track_total_hits=MAX_TOTAL, timeout=_SERVER_TIMEOUT)
    if query.with_facets:
        _add_facets(search, query)
    body: dict[str, Any] = search.to_dict()
    return body


def _sort(query: SearchQuery) -> Sequence[str]:
    if query.sort is Sort.RELEVANCE and not query.text:
        return _SORTS[Sort.NEWEST]
    return _SORTS[query.sort]


def _add_facets(search: Any, query: SearchQuery) -> None:
    search.aggs.bucket("tags", A("terms", field="tags.whole", size=MAX_FACETS))
    search.aggs.bucket("hostnames", A("terms", field="hostname", size=MAX_FACETS))
    search.aggs.bucket("states", A("filters", filters={state.value: condition for state, condition in states(query).items()}))
    months = A(
        "date_histogram",
        field="created_at",
        calendar_interval="month",
        time_zone=query.timezone,
        format="yyyy-MM",
        min_doc_count=1,
        order={"_key": "desc"},
    )
    search.aggs.bucket("months", months)


def _result(answer: Mapping[str, Any], query: SearchQuery) -> SearchResult:
    wanted = words(query.text)
    found = answer["hits"]
    return SearchResult(
        hits=[_hit(hit, wanted) for hit in found["hits"]],
        total=found["total"]["value"],
        is_total_exact=found["total"]["relation"] == "eq",
        served_by=ServedBy.ELASTICSEARCH,
        facets=_facets(answer["aggregations"]) if query.with_facets else Facets(),
    )


def _hit(hit: Mapping[str, Any], wanted: Sequence[str]) -> Hit:
    return Hit(link_id=int(hit["_id"]), score=hit["_score"] or 0.0, highlights=highlights(wanted, **hit["_source"]))


def _facets(told: Mapping[str, Any]) -> Facets:
    by_state = [FacetCount(state, told["states"]["buckets"][state]["doc_count"]) for state in LinkState]
    return Facets(
        tags=_counts(told["tags"]["buckets"], "key"),
        hostnames=_counts(told["hostnames"]["buckets"], "key"),
        states=sorted((count for count in by_state if count.count), key=lambda count: -count.count),
        months=_counts(told["months"]["buckets"][:MAX_MONTHS], "key_as_string"),
    )


def _counts(buckets: Sequence[Mapping[str, Any]], key: str) -> Sequence[FacetCount]:
    return [FacetCount(bucket[key], bucket["doc_count"]) for bucket in buckets]
