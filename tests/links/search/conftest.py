"""Both engines behind one face."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from pytest_django import Settings

from apps.accounts.models import Workspace
from apps.links.installation import default_domain
from apps.links.search.elastic import indices
from apps.links.search.elastic.client import get_client
from apps.links.search.elastic.engine import ElasticSearch
from apps.links.search.elastic.writing import write
from apps.links.search.postgresql import writing as postgresql
from apps.links.search.postgresql.engine import PostgresSearch
from tests.engines.elasticsearch import Elasticsearch
from tests.links.search.searching import Searching

INDEX_PREFIX = "tests-"


@pytest.fixture(scope="session")
def elasticsearch_options(shared_elasticsearch: Elasticsearch) -> dict[str, Any]:
    """Settings by which the product finds the shared server."""
    return {"hosts": [shared_elasticsearch.url]}


@pytest.fixture(scope="session")
def _published_index(elasticsearch_options: dict[str, Any]) -> str:
    """One index for all tests that do not make their own: links and workspaces have new ids in each test."""
    before = settings.ELASTICSEARCH, settings.ELASTICSEARCH_INDEX_PREFIX
    settings.ELASTICSEARCH, settings.ELASTICSEARCH_INDEX_PREFIX = elasticsearch_options, INDEX_PREFIX
    try:
        name = indices.create(now=datetime.now(UTC))
        indices.publish(name)
    finally:
        settings.ELASTICSEARCH, settings.ELASTICSEARCH_INDEX_PREFIX = before
    return name


@pytest.fixture
def index(_published_index: str, elasticsearch_options: dict[str, Any], settings: Settings) -> str:
    """The product with Elasticsearch, whose index is searched and written to; its name."""
    settings.ELASTICSEARCH, settings.ELASTICSEARCH_INDEX_PREFIX = elasticsearch_options, INDEX_PREFIX
    return _published_index


@pytest.fixture(params=["postgresql", pytest.param("elasticsearch", marks=pytest.mark.full)])
def searching(request: pytest.FixtureRequest, workspace: Workspace) -> Iterator[Searching]:
    """An empty workspace to make links in; each test runs with each engine."""
    if request.param == "elasticsearch":
        yield _with_elasticsearch(request.getfixturevalue("index"), workspace)
    else:
        yield Searching(PostgresSearch(), workspace, default_domain(), tell=postgresql.write)


def _with_elasticsearch(index: str, workspace: Workspace) -> Searching:
    def tell(link_ids: Any) -> None:
        write(link_ids, indices=[index])
        get_client().indices.refresh(index=index)

    return Searching(ElasticSearch(), workspace, default_domain(), tell=tell)
