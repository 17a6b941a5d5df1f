"""Limits that the back office sets over those of settings."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import IntegrityError, transaction
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts import groups
from apps.accounts.api_keys.verification import actor_with
from apps.accounts.limits import Bucket, TooManyRequests, bucket_of, limit_for, require_may_create
from apps.accounts.models import RateLimitPolicy, User
from apps.common.ratelimit.limits import EndpointClass, RateLimit
from tests.accounts.api_keys.cases import make_key
from tests.cast import Cast, LogIn, make_user

pytestmark = pytest.mark.django_db

API = EndpointClass.API
POLICIES = reverse("admin:accounts_ratelimitpolicy_changelist")
ADD = reverse("admin:accounts_ratelimitpolicy_add")


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "api": "600/60"}


def policy(capacity: int, *, per_seconds: int = 60, **whose: Any) -> RateLimitPolicy:
    return RateLimitPolicy.objects.create(endpoint_class="api", capacity=capacity, per_seconds=per_seconds, **whose)


def in_group(user: User, name: str) -> Group:
    group, _ = Group.objects.get_or_create(name=name)
    user.groups.add(group)
    return group


def test_without_a_policy_the_setting_holds() -> None:
    assert limit_for(make_user("ann"), API) == RateLimit("api", 600, 60)
    assert limit_for(AnonymousUser(), EndpointClass.WEB_WRITE) is None


def test_a_policy_without_a_user_and_a_group_is_for_everybody() -> None:
    policy(100)

    assert limit_for(make_user("ann"), API) == limit_for(AnonymousUser(), API) == RateLimit("api", 100, 60)
    assert limit_for(make_user("bob"), EndpointClass.WEB_WRITE) is None


def test_the_most_generous_group_counts_and_the_user_before_all_groups() -> None:
    ann = make_user("ann")
    policy(100)
    policy(200, group=in_group(ann, "partners"))
    policy(300, per_seconds=3600, group=in_group(ann, "guests"))
    policy(9000, group=Group.objects.create(name="others"))
    assert limit_for(ann, API) == RateLimit("api", 200, 60)

    policy(50, user=ann)
    assert limit_for(ann, API) == RateLimit("api", 50, 60)
    assert limit_for(make_user("bob"), API) == RateLimit("api", 100, 60)


def test_a_policy_of_0_is_no_limit() -> None:
    ann = make_user("ann")
    policy(100)
    policy(200, group=in_group(ann, "partners"))
    policy(0, group=in_group(ann, "staff"))

    assert limit_for(ann, API) is None


def test_the_limit_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ann = make_user("ann")
    policy(100, user=ann)
    policy(200, group=in_group(ann, "partners"))

    with django_assert_num_queries(1):
        limit_for(ann, API)


@pytest.mark.parametrize(
    "wrong",
    [
        {"capacity": 1_000_001},
        {"capacity": 1, "per_seconds": 0},
        {"capacity": 1, "per_seconds": 86_401},
        {"capacity": 1, "endpoint_class": "redirect", "for": "user"},
        {"capacity": 1, "endpoint_class": "unknown_code", "for": "group"},
        {"capacity": 1, "endpoint_class": "log_in", "for": "user"},
        {"capacity": 1, "endpoint_class": "sign_up", "for": "key"},
        {"capacity": 1, "endpoint_class": "web_write", "for": "key"},
        {"capacity": 1, "endpoint_class": "api", "for": "user and group"},
        {"capacity": 1, "endpoint_class": "api", "for": "user and key"},
        {"capacity": 1, "endpoint_class": "api", "for": "group and key"},
    ],
)
def test_the_database_refuses_what_cannot_be_meant(wrong: dict[str, Any]) -> None:
    ann = make_user("ann")
    whose = wrong.get("for", "")
    fields = {"endpoint_class": "api", **wrong}
    fields.pop("for", None)
    if "user" in whose:
        fields["user"] = ann
    if "group" in whose:
        fields["group"] = in_group(ann, "partners")
    if "key" in whose:
        fields["api_key"] = make_key(ann, ann.personal_workspace)[0]

    with pytest.raises(IntegrityError), transaction.atomic():
        RateLimitPolicy.objects.create(**fields)


def test_there_is_one_limit_for_each() -> None:
    policy(100)

    with pytest.raises(IntegrityError), transaction.atomic():
        policy(200)


def test_the_limit_of_a_key_counts_before_that_of_its_user(cast: Cast) -> None:
    (key, _), (other, _) = (make_key(cast.editor, cast.workspace) for _ in range(2))
    policy(100)
    policy(50, user=cast.editor)
    policy(500, api_key=key)

    assert bucket_of(actor_with(key), API) == Bucket(RateLimit("api", 500, 60), f"key:{key.pk}")
    assert bucket_of(actor_with(other), API) == Bucket(RateLimit("api", 50, 60), f"user:{cast.editor.pk}")


def test_the_anonymous_are_told_apart_by_address() -> None:
    found = bucket_of(AnonymousUser(), API, address="2001:db8::1")

    assert found == Bucket(RateLimit("api", 600, 60), "2001:db8::/64")


def test_links_are_counted_for_their_maker_whatever_the_key(cast: Cast) -> None:
    RateLimitPolicy.objects.create(endpoint_class="create", capacity=3, per_seconds=3600, user=cast.editor)
    key, _ = make_key(cast.editor, cast.workspace, "links:create")
    require_may_create(cast.editor)
    require_may_create(actor_with(key), number=2)

    with pytest.raises(TooManyRequests) as caught:
        require_may_create(actor_with(key))
    assert 1100 < caught.value.retry_after <= 1200
    require_may_create(cast.stranger, number=100)


def staff(group: str) -> User:
    user = make_user(group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def test_an_admin_sets_a_limit_for_everybody(logged_in: LogIn) -> None:
    client = logged_in(staff(groups.ADMIN))
    client.post(ADD, {"endpoint_class": "redirect", "user": "", "group": "", "api_key": "", "capacity": "50", "per_seconds": "10"})

    stored = RateLimitPolicy.objects.get()
    assert (stored.endpoint_class, stored.user, stored.group, stored.limit) == ("redirect", None, None, RateLimit("redirect", 50, 10))
    assert "everybody" in client.get(POLICIES).content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"capacity": "1000001"}, "less than or equal to 1000000"),
        ({"per_seconds": "0"}, "greater than or equal to 1"),
        ({"endpoint_class": "redirect", "user": "ann"}, "choose neither user nor group nor API key"),
        ({"endpoint_class": "web_write", "api_key": "hers"}, "choose no API key"),
        ({"user": "ann", "group": "admin"}, "Choose a user, a group or an API key, and only one of them."),
    ],
)
def test_a_limit_that_cannot_be_meant_is_explained(logged_in: LogIn, fields: dict[str, str], words: str) -> None:
    client, ann = logged_in(staff(groups.ADMIN)), make_user("ann")
    values = {"endpoint_class": "api", "user": "", "group": "", "api_key": "", "capacity": "50", "per_seconds": "10", **fields}
    values["api_key"] = str(make_key(ann, ann.personal_workspace)[0].pk) if values["api_key"] else ""
    values["user"] = str(ann.pk) if values["user"] else ""
    values["group"] = str(Group.objects.get(name="admin").pk) if values["group"] else ""

    assert words in client.post(ADD, values).content.decode()
    assert not RateLimitPolicy.objects.exists()


def test_a_second_limit_for_the_same_is_explained(logged_in: LogIn) -> None:
    policy(100)
    client = logged_in(staff(groups.ADMIN))

    page = client.post(ADD, {"endpoint_class": "api", "user": "", "group": "", "capacity": "50", "per_seconds": "10"}).content.decode()
    assert "There is such a limit already." in page


def test_a_limit_of_a_key_is_found_by_how_the_key_begins(logged_in: LogIn) -> None:
    ann = make_user("ann")
    key, _ = make_key(ann, ann.personal_workspace)
    policy(100, api_key=key)
    client = logged_in(staff(groups.ADMIN))

    assert str(key) in client.get(POLICIES, {"q": key.prefix}).content.decode()
    assert str(key) not in client.get(POLICIES, {"q": "shk_nobodys"}).content.decode()


def test_a_moderator_sees_no_limits(logged_in: LogIn) -> None:
    assert logged_in(staff(groups.MODERATOR)).get(POLICIES).status_code == 403
