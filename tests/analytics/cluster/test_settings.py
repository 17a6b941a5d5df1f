"""CLICKHOUSE_CLUSTER."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from shortener_project.settings import connections
from tests.analytics.copying.conftest import manage

URL = "clickhouse://user:password@ch.example.com:9000/analytics"


def test_one_server_knows_nothing_of_clusters() -> None:
    config = connections.clickhouse(URL)

    assert config["ENGINE"] == "clickhouse_backend.backend"
    assert not {"migration_cluster", "distributed_migrations"} & set(config["OPTIONS"])
    assert "insert_quorum" not in config["OPTIONS"]["settings"]


def test_a_cluster_confirms_what_most_copies_have() -> None:
    config = connections.clickhouse(URL, cluster="main")

    assert config["OPTIONS"]["migration_cluster"] == "main"
    assert config["OPTIONS"]["settings"]["insert_quorum"] == "auto"
    assert config["OPTIONS"]["settings"]["distributed_foreground_insert"] == 1
    assert config["OPTIONS"]["settings"]["async_insert"] == 0


def test_the_url_has_the_last_word() -> None:
    config = connections.clickhouse(f"{URL}?insert_quorum=0", cluster="main")

    assert config["OPTIONS"]["settings"]["insert_quorum"] == "0"


@pytest.mark.parametrize("name", ["a b", "a`b", "'", "-x"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CLICKHOUSE_CLUSTER"):
        connections.clickhouse(URL, cluster=name)


def test_a_cluster_without_a_server_ends_the_start() -> None:
    told = manage("", "check", CLICKHOUSE_CLUSTER="main")

    assert told.returncode != 0
    assert "CLICKHOUSE_CLUSTER: needs CLICKHOUSE_URL" in told.stderr
