"""A bridge for the tests of one module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_driver import Client

from tests.embedded.clickhouse.bridge import Bridge


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """A running bridge on a directory with a blank in its name."""
    running = Bridge(tmp_path_factory.mktemp("click house")).start()
    yield running
    running.close()


@pytest.fixture
def client(bridge: Bridge) -> Iterator[Client]:
    with bridge.client() as connected:
        yield connected


@pytest.fixture
def mortal_bridge(tmp_path: Path) -> Iterator[Bridge]:
    """A bridge of one test, which may end it in any way."""
    running = Bridge(tmp_path / "data").start()
    yield running
    running.close()
