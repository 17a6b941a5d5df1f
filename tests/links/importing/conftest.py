"""Files of links on their way into the owner's workspace."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from apps.accounts.models import User, Workspace
from apps.links.importing import services
from apps.links.importing.models import ImportJob
from apps.links.importing.running import work
from tests.links.conftest import NOW

Import = Callable[..., ImportJob]


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> Path:
    """Where uploads are kept."""
    settings.STORAGE_DIR = tmp_path / "storage"
    return tmp_path / "storage"


@pytest.fixture
def check(owner: User, workspace: Workspace) -> Import:
    """Looks through a file: bytes, a text, or what becomes JSON; keywords as for `begin_check`."""

    def run(content: Any, **choices: Any) -> ImportJob:
        text = content if isinstance(content, bytes | str) else json.dumps(content)
        piece = text.encode() if isinstance(text, str) else text
        values: dict[str, Any] = {"actor": owner, "workspace": workspace, "name": "links.csv", "now": NOW, **choices}
        job = services.begin_check(pieces=[piece], is_started=False, **values)
        return work(job, clock=lambda: NOW)

    return run


@pytest.fixture
def import_file(owner: User, check: Import) -> Import:
    """The same, and imports it then."""

    def run(content: Any, **choices: Any) -> ImportJob:
        job = check(content, **choices)
        assert job.state == "checked", job.problem
        return work(services.begin_import(actor=choices.get("actor", owner), job=job, is_started=False, now=NOW), clock=lambda: NOW)

    return run
