"""Servers as fixtures, for all tests."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engines import elasticsearch
from tests.engines.elasticsearch import Elasticsearch
from tests.engines.kafka import Kafka, missing


@contextmanager
def _cluster(nodes: int) -> Iterator[Kafka]:
    if reason := missing():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="kafka") as folder:
        cluster = Kafka(Path(folder), nodes=nodes)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture(scope="session")
def shared_kafka() -> Iterator[Kafka]:
    """One broker for all tests of this process that leave it running; each has names of its own."""
    with _cluster(1) as cluster:
        yield cluster


@pytest.fixture
def own_kafka() -> Iterator[Kafka]:
    """A broker that the test may kill."""
    with _cluster(1) as cluster:
        yield cluster


@pytest.fixture
def three_kafkas() -> Iterator[Kafka]:
    """Three brokers that the test may kill one by one; writes need two."""
    with _cluster(3) as cluster:
        yield cluster


@contextmanager
def _elasticsearch() -> Iterator[Elasticsearch]:
    if reason := elasticsearch.missing():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="elasticsearch") as folder:
        server = Elasticsearch(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def shared_elasticsearch() -> Iterator[Elasticsearch]:
    """One server for all tests of this process that leave it running; each has indices of its own."""
    with _elasticsearch() as server:
        yield server


@pytest.fixture
def own_elasticsearch() -> Iterator[Elasticsearch]:
    """A server that the test may kill."""
    with _elasticsearch() as server:
        yield server
