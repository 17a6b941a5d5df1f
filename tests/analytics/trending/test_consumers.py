"""When a link begins to trend, and that it is told once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.db import transaction
from django.utils import timezone

from apps.analytics.trending import consumers, episodes
from apps.analytics.trending.models import TrendingLink
from apps.analytics.trending.tasks import look_again
from apps.events import schemas
from apps.events.models import OutboxEvent
from apps.events.topics import Topic
from apps.links.models import Link
from tests.analytics.trending.conftest import MakeLink, batch, clicks, deliver

pytestmark = pytest.mark.django_db


def told() -> list[dict[str, Any]]:
    events = OutboxEvent.objects.filter(topic=Topic.URL_TRENDING).order_by("id")
    return [event.payload for event in events]


def test_a_link_that_is_clicked_much_trends_and_is_told(make_link: MakeLink) -> None:
    link = make_link()

    deliver(batch(clicks(link, *range(1, 13))))

    [payload] = told()
    schemas.check_strictly(topic=Topic.URL_TRENDING, version=1, payload=payload)
    episode = TrendingLink.objects.get()
    assert (payload["link_id"], payload["episode_id"], payload["clicks"]) == (link.pk, episode.pk, 12)
    assert (payload["code"], payload["link_version"]) == (link.code, link.version)


def test_fewer_clicks_are_nothing_to_tell(make_link: MakeLink) -> None:
    deliver(batch(clicks(make_link(), *range(1, 10))))

    assert told() == []


def test_clicks_of_several_batches_add_up_and_are_told_once(make_link: MakeLink) -> None:
    link = make_link()

    deliver(*(batch(clicks(link, *range(first + 1, first + 6)), first=first) for first in range(0, 40, 5)))

    assert len(told()) == 1


def test_a_batch_that_comes_again_tells_nothing_again(make_link: MakeLink) -> None:
    one = batch(clicks(make_link(), *range(1, 13)))

    deliver(one, one, one)

    assert len(told()) == 1
    assert TrendingLink.objects.get().clicks == 12


def test_redelivered_clicks_do_not_make_a_link_trend(make_link: MakeLink) -> None:
    one = batch(clicks(make_link(), *range(1, 7)))

    deliver(one, one, one)

    assert told() == []


def test_a_link_is_told_when_the_consumer_ended_between_counting_and_telling(make_link: MakeLink, monkeypatch: pytest.MonkeyPatch) -> None:
    one = batch(clicks(make_link(), *range(1, 13)))
    with monkeypatch.context() as patch:
        patch.setattr(episodes, "begin", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            deliver(one)
    assert told() == []

    deliver(one)

    assert len(told()) == 1


def test_a_link_that_always_has_many_clicks_does_not_trend(make_link: MakeLink) -> None:
    link, now = make_link(), datetime.now(UTC)
    earlier = [
        event
        for number in range(200)
        for event in clicks(link, number + 1, at=now - timedelta(minutes=55) + number * timedelta(seconds=14))
    ]

    deliver(batch(earlier), batch(clicks(link, *range(301, 315)), first=300))

    assert told() == []


def test_bots_do_not_count(make_link: MakeLink) -> None:
    deliver(batch(clicks(make_link(), *range(1, 20), user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)")))

    assert told() == []


def test_what_is_no_click_is_passed_over(make_link: MakeLink) -> None:
    deliver(batch([b"{", *clicks(make_link(), *range(1, 13))]))

    assert len(told()) == 1


def test_links_that_are_gone_are_passed_over(make_link: MakeLink) -> None:
    link = make_link()
    Link.objects.filter(pk=link.pk).update(deleted_at=timezone.now())

    deliver(batch([*clicks(link, *range(1, 13)), *clicks(link, *range(13, 30), link_id=2**40)]))

    assert told() == []


def test_an_episode_ends_when_the_clicks_do_and_another_needs_a_rest(make_link: MakeLink, monkeypatch: pytest.MonkeyPatch) -> None:
    link = make_link()
    deliver(batch(clicks(link, *range(1, 13))))
    assert look_again() == 0
    redis.Redis.from_url(django_settings.REDIS_URL).flushdb()

    assert look_again() == 1
    deliver(batch(clicks(link, *range(21, 40)), first=20))
    assert len(told()) == 1

    monkeypatch.setattr(episodes, "REST", timedelta(0))
    deliver(batch(clicks(link, *range(41, 60)), first=40))
    assert len(told()) == 2


def test_no_episode_lasts_for_ever(make_link: MakeLink) -> None:
    deliver(batch(clicks(make_link(), *range(1, 13))))
    TrendingLink.objects.update(started_at=timezone.now() - episodes.LONGEST - timedelta(minutes=1))

    assert look_again() == 1


def test_old_episodes_are_removed(make_link: MakeLink) -> None:
    long_ago = timezone.now() - timedelta(days=40)
    TrendingLink.objects.create(link=make_link(), started_at=long_ago, ended_at=long_ago, clicks=10, usual_clicks=1, looked_at=long_ago)

    look_again()

    assert not TrendingLink.objects.exists()


def test_a_link_begins_once_whoever_sees_it(make_link: MakeLink) -> None:
    link, now = make_link(), timezone.now()
    rise = {link.pk: episodes.Rise(20, 1.0)}

    with transaction.atomic():
        assert episodes.begin(rise, now=now) == [link.pk]
        assert episodes.begin(rise, now=now) == []
    assert consumers.begin_trending([link.pk], now=now.timestamp()) == []
