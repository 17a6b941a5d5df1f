"""A link of a team, and clicks on it as the consumer group gets them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.accounts.models import User, Workspace
from apps.analytics.trending import consumers
from apps.analytics.trending.consumers import TrendingLinks
from apps.events.bus import Batch, Partition, Record
from apps.events.envelope import Event
from apps.links import services
from apps.links.domains import ensure_default_domain
from apps.links.models import Link
from tests.analytics.clicks import click_event

MakeLink = Callable[..., Link]
PARTITION = Partition("url_redirected_events", 0, "log")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def thresholds(settings: Any) -> Iterator[None]:
    settings.TRENDING_CLICKS, settings.TRENDING_WINDOW_SECONDS, settings.TRENDING_GROWTH = 10, 300, 2
    consumers.windows.cache_clear()
    yield
    consumers.windows.cache_clear()


@pytest.fixture
def make_link(owner: User, workspace: Workspace) -> MakeLink:
    def make(**fields: Any) -> Link:
        ensure_default_domain()
        values: dict[str, Any] = {"now": datetime.now(UTC), "destination_url": "https://example.com/"} | fields
        return services.create_link(actor=owner, workspace=workspace, **values)

    return make


def clicks(link: Link, *sequences: int, at: datetime | None = None, **fields: Any) -> list[Event]:
    return [click_event(number, at=at, **{"link_id": link.pk, "user_agent": BROWSER, **fields}) for number in sequences]


def batch(events: Iterable[Event | bytes], *, first: int = 0) -> Batch:
    """The events from offset `first` on."""
    now = datetime.now(UTC)
    values = [event if isinstance(event, bytes) else event.encode() for event in events]
    return Batch(PARTITION, [Record(first + number, "k", value, {}, now) for number, value in enumerate(values)])


def deliver(*batches: Batch) -> None:
    handler = TrendingLinks()
    for one in batches:
        handler.handle(one, None)  # type: ignore[arg-type] # it reads nothing but the batch
