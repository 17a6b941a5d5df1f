"""Engines and links of the redirects' tests."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.models import User, Workspace
from apps.links import services
from apps.links.models import Domain, Link
from apps.redirects import invalidation, thin
from apps.redirects.snapshot import Snapshot
from tests.events.valkey import Server
from tests.redirects.contract import DESTINATION, Pair, paired
from tests.redirects.serving import HOST, Threaded, threaded


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Redis server of these tests alone."""
    server = Server(tmp_path_factory.mktemp("valkey"), appendonly=False)
    server.start()
    yield server
    server.kill()


@pytest.fixture(autouse=True)
def redis_url(valkey: Server, settings: Any) -> Iterator[str]:
    settings.REDIS_URL = valkey.url
    invalidation._client.cache_clear()
    yield valkey.url
    invalidation._client.cache_clear()


@pytest.fixture(autouse=True)
def spool_dir(settings: Any, tmp_path: Path) -> Path:
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.METRICS_DIR = tmp_path / "run" / "metrics"
    return tmp_path / "spool"


@pytest.fixture
def domain(transactional_db: None, settings: Any, tmp_path: Path) -> Domain:
    settings.ALLOWED_HOSTS = [HOST]
    settings.SHORT_DOMAIN = HOST
    settings.ROOT_URLCONF = thin.URLCONF
    settings.MIDDLEWARE = thin.MIDDLEWARE
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    Domain.objects.all().delete()
    return Domain.objects.create(hostname=HOST, is_default=True)


@pytest.fixture
def owner(domain: Domain) -> User:
    return User.objects.create_user("owner@example.com", "correct horse")


@pytest.fixture
def make_link(owner: User, domain: Domain) -> Callable[..., Link]:
    """Stores a link and tells whoever listens; keywords as for create_link."""

    def make(destination_url: str = "https://example.com/page", **fields: Any) -> Link:
        values: dict[str, Any] = {"now": datetime.now(UTC), "domain": domain} | fields
        workspace = Workspace.objects.get(personal_for=owner)
        return services.create_link(actor=owner, workspace=workspace, destination_url=destination_url, **values)

    return make


@pytest.fixture
def server(domain: Domain) -> Iterator[Threaded]:
    with threaded() as running:
        yield running


@pytest.fixture
def pair(domain: Domain, make_link: Callable[..., Link]) -> Iterator[Pair]:
    make_link(destination_url=DESTINATION, code="contract")
    with paired() as running:
        yield running


@pytest.fixture
def make_snapshot() -> Callable[..., Snapshot]:
    def make(**changes: Any) -> Snapshot:
        fields: dict[str, Any] = {
            "link_id": 7,
            "domain_id": 1,
            "workspace_id": 3,
            "owner_id": 5,
            "hostname": HOST,
            "code": "abc1234",
            "destination_url": "https://example.com/page?x=1",
            "status": 302,
            "is_active": True,
            "is_deleted": False,
            "valid_from_ns": 0,
            "expires_at_ns": 0,
            "cache_seconds": 0,
            "forward_query": False,
            "forward_path": False,
            "utm": {},
            "max_clicks": 0,
            "password_hash": "",
            "is_crawlable": False,
            "is_banned": False,
            "is_flagged": False,
            "rules": [],
            "version": 1,
        }
        return Snapshot(**(fields | changes))

    return make
