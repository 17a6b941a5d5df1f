"""Who is told which links trend."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.accounts.policy import ApiActor, Scope
from apps.analytics.trending.models import TrendingLink
from apps.analytics.trending.selectors import trending_in_installation, trending_now, trending_of_owner
from apps.links.models import Domain, Link
from tests.analytics.trending.conftest import MakeLink

pytestmark = pytest.mark.django_db


def trend(link: Link, clicks: int, *, ended: bool = False) -> Link:
    now = timezone.now()
    ended_at = now if ended else None
    TrendingLink.objects.create(
        link=link, started_at=now - timedelta(minutes=5), ended_at=ended_at, clicks=clicks, usual_clicks=1, looked_at=now
    )
    return link


def test_links_that_trend_now_come_with_most_clicks_first(make_link: MakeLink, owner: User, workspace: Workspace) -> None:
    some, most = trend(make_link(), 20), trend(make_link(), 30)
    trend(make_link(), 90, ended=True)

    assert [row.link for row in trending_now(actor=owner, workspace=workspace)] == [most, some]
    assert [row.link for row in trending_now(actor=owner, limit=1)] == [most]
    assert [row.link for row in trending_of_owner(owner=owner)] == [most, some]


def test_nobody_is_told_of_links_of_others(
    make_link: MakeLink, stranger: User, anonymous: AnonymousUser, inactive: User, workspace: Workspace
) -> None:
    trend(make_link(), 20)

    for actor in (stranger, anonymous, inactive):
        assert trending_now(actor=actor) == []
        assert trending_now(actor=actor, workspace=workspace) == []
    assert trending_of_owner(owner=stranger) == []


def test_an_installation_is_told_of_all(make_link: MakeLink) -> None:
    link = trend(make_link(), 20)

    assert [row.link for row in trending_in_installation()] == [link]


def test_deleted_links_are_left_out(make_link: MakeLink, owner: User) -> None:
    link = trend(make_link(), 20)
    Link.objects.filter(pk=link.pk).update(deleted_at=timezone.now())

    assert trending_now(actor=owner) == []


def test_answers_are_few_queries(make_link: MakeLink, owner: User, django_assert_max_num_queries: object) -> None:
    for _ in range(3):
        trend(make_link(), 20)

    with django_assert_max_num_queries(1):  # type: ignore[operator]
        assert all(row.link.domain.hostname for row in trending_now(actor=owner))


def test_who_is_bound_to_a_domain_is_told_of_its_links_alone(make_link: MakeLink, owner: User, workspace: Workspace) -> None:
    now = timezone.now()
    domain = Domain.objects.create(hostname="go.example.org", workspace=workspace, verification_token="x", verified_at=now)
    trend(make_link(), 30)
    inside = trend(make_link(domain=domain), 20)
    reader = ApiActor(owner, frozenset({Scope.ANALYTICS_READ}), domain_id=domain.pk)

    assert [row.link for row in trending_now(actor=reader)] == [inside]
    assert trending_now(actor=ApiActor(owner, frozenset({Scope.LINKS_WRITE}), domain_id=domain.pk)) == []
