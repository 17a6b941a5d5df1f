from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.events.bus import Message
from apps.events.buses import get_bus
from apps.events.topics import Topic, dead_letter_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _probe_alone(settings: Any, redis_url: str) -> None:
    settings.CONSUMER_GROUPS = {"probe": "tests.events.probe.Probe"}


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def put(topic: str, *values: bytes) -> None:
    producer = get_bus().producer()
    producer.publish(topic, [Message(key="k", value=value, headers={"group": b"probe"}) for value in values])
    producer.confirm(timeout=5)
    producer.close()


def test_status_shows_lag_outbox_and_dead_letters() -> None:
    get_bus().register(group="probe", topics=[Topic.URL_UPDATED])
    put(Topic.URL_UPDATED, b"a", b"b")
    put(dead_letter_topic(Topic.URL_DELETED), b"x")

    status = run("events_status")

    lines = [line.split("│")[1:-1] for line in status.splitlines() if "probe" in line]
    assert sorted(int(cells[4]) for cells in lines) == [0, 0, 0, 2]
    assert "outbox: 0 waiting" in status
    assert "dead letters of url_deleted_events: 1" in status


def test_replay_says_what_came_back_and_what_is_left() -> None:
    put(dead_letter_topic(Topic.URL_UPDATED), b"a", b"b", b"c")

    assert "2 brought back, 1 left" in run("replay_dlq", "url_updated_events", limit=2)
    assert "1 brought back, 0 left" in run("replay_dlq", "url_updated_events")


def test_replay_of_an_unknown_topic_names_the_known_ones() -> None:
    with pytest.raises(CommandError, match="url_redirected_events"):
        run("replay_dlq", "no_such_topic")


def test_an_unknown_group_is_named() -> None:
    with pytest.raises(CommandError, match="no-such-group"):
        run("consume", "no-such-group")


@pytest.mark.parametrize("arguments", [("events_status",), ("replay_dlq", "url_updated_events")], ids=" ".join)
def test_a_bus_that_is_down_is_one_clear_line(arguments: tuple[str, ...], settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere/socket"

    with pytest.raises(CommandError, match="Redis"):
        run(*arguments)


def test_a_bus_that_is_down_does_not_hide_the_outbox(settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere/socket"
    out = StringIO()

    with pytest.raises(CommandError, match=r"the bus does not answer: [^\n]+\nthe dead letters cannot be counted"):
        call_command("events_status", stdout=out)

    assert out.getvalue() == "outbox: 0 waiting\n"
