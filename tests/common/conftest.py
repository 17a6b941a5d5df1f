"""A Redis that a test may kill."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.events.valkey import Server


@pytest.fixture
def valkey(tmp_path: Path, settings: Any) -> Iterator[Server]:
    server = Server(tmp_path, appendonly=False)
    server.start()
    settings.REDIS_URL = server.url
    yield server
    server.kill()
