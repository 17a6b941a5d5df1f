"""Search and tags by REST."""

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.links.models import Link
from apps.links.search.postgresql.writing import write
from tests.cast import make_user
from tests.links.api.program import Api, make, problem

pytestmark = pytest.mark.django_db

SEARCH = "/api/v1/search"


@pytest.fixture
def found(api: Api) -> Api:
    make(api, code="one", title="Spring sale", tags=["News"])
    make(api, code="two", title="Summer sale", tags=["news", "b"])
    make(Api(make_user("bob")), code="theirs", title="Spring sale")
    write(list(Link.objects.values_list("pk", flat=True)))
    return api


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("q=spring", ["one"]),
        ("q=sale&order=created_at", ["one", "two"]),
        ("q=winter", []),
        ("q=sale&tag=b", ["two"]),
        ("q=sale&state=expired", []),
    ],
)
def test_a_search_finds_links_of_ones_own(found: Api, query: str, codes: list[str]) -> None:
    answer = found.ask("get", f"{SEARCH}?{query}").json()

    assert [link["code"] for link in answer["results"]] == codes
    assert (answer["count"], answer["is_count_exact"], answer["next"]) == (len(codes), True, None)


def test_a_search_says_where_the_words_are_and_goes_page_by_page(found: Api) -> None:
    first = found.ask("get", f"{SEARCH}?q=sale&page_size=1").json()
    second = found.ask("get", first["next"]).json()

    assert {page["results"][0]["code"] for page in (first, second)} == {"one", "two"}
    assert first["results"][0]["matches"] == ["title"]
    assert second["next"] is None


@pytest.mark.parametrize("query", ["page=0", "page_size=101", "state=x", "order=clicks", "workspace=1", "other=1"])
def test_a_search_that_cannot_be_made_is_an_error(api: Api, query: str) -> None:
    assert problem(api.ask("get", f"{SEARCH}?{query}")) == (400, "invalid", {query.partition("=")[0]})


def test_the_workspace_of_somebody_else_is_not_there(found: Api) -> None:
    theirs = Link.objects.get(code="theirs").workspace.public_id

    for path in (SEARCH, "/api/v1/tags"):
        assert problem(found.ask("get", f"{path}?workspace={theirs}"))[0] == 404


def test_tags_are_listed_by_name(found: Api, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(5):
        first = found.ask("get", "/api/v1/tags?page_size=1").json()

    assert [tag["name"] for tag in first["results"]] == ["b"]
    assert found.ask("get", first["next"]).json() == {"results": [{"name": "News"}], "next": None}
