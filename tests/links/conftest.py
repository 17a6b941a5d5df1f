"""The cast of the links' tests: an owner, a stranger, and their workspaces."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User, Workspace
from apps.links import services
from apps.links.models import Link
from tests.cast import LogIn
from tests.links.name_server import NameServer, name_server

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("owner@example.com", "correct horse")


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create_user("stranger@example.com", "correct horse")


@pytest.fixture
def browser(logged_in: LogIn, owner: User) -> Client:
    """The owner's, logged in."""
    return logged_in(owner)


@pytest.fixture
def workspace(owner: User) -> Workspace:
    return Workspace.objects.get(personal_for=owner)


@pytest.fixture
def make_link(owner: User, workspace: Workspace) -> Callable[..., Link]:
    """Stores a link of the owner; keywords as for create_link."""

    def make(**fields: object) -> Link:
        values: dict[str, object] = {"destination_url": "https://example.com/page", "now": NOW}
        return services.create_link(actor=owner, workspace=workspace, **(values | fields))  # type: ignore[arg-type]

    return make


@pytest.fixture
def link(make_link: Callable[..., Link]) -> Link:
    """One with everything that an edit shows at once."""
    return make_link(code="spring", title="Spring", tags=["news"])


@pytest.fixture
def dns_server(settings: Settings) -> Iterator[NameServer]:
    """The name server that domains are looked up at."""
    with name_server() as server:
        settings.DNS_SERVERS = [server.address]
        yield server
