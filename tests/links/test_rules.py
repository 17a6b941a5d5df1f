from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import User
from apps.common.errors import NotFound
from apps.events.models import OutboxEvent
from apps.links import services
from apps.links.errors import LinkError
from apps.links.models import Link, RedirectRule
from apps.links.rules import MAX_RULES, RuleSpec, rules_of, set_rules
from apps.links.signals import link_changed
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
PHONES = {"kind": "device", "values": ["mobile"]}


def rule(url: str = "https://m.example.com/", *, priority: int = 1, conditions: Any = (), weight: int = 1) -> RuleSpec:
    return RuleSpec(priority, list(conditions), url, weight)


def test_rules_are_kept_in_the_order_of_their_priority(make_link: MakeLink, owner: User) -> None:
    later, sooner = rule("https://b.example.com/", priority=2, weight=3), rule(priority=1, conditions=[PHONES])

    link = set_rules(actor=owner, link=make_link(), rules=[later, sooner], now=NOW)

    assert rules_of(link) == [sooner, later]
    assert link.version == 2


def test_rules_replace_those_that_were_there(make_link: MakeLink, owner: User) -> None:
    link = set_rules(actor=owner, link=make_link(), rules=[rule(), rule()], now=NOW)

    set_rules(actor=owner, link=link, rules=[rule("https://new.example.com/")], now=NOW)
    assert rules_of(link) == [rule("https://new.example.com/")]

    set_rules(actor=owner, link=link, rules=[], now=NOW)
    assert not RedirectRule.objects.exists()


def test_the_same_rules_again_write_nothing(make_link: MakeLink, owner: User) -> None:
    link = set_rules(actor=owner, link=make_link(), rules=[rule(conditions=[PHONES])], now=NOW)
    events = OutboxEvent.objects.count()

    again = set_rules(actor=owner, link=link, rules=[rule(conditions=[{"kind": "device", "values": ["MOBILE"]}])], now=NOW)

    assert (again.version, OutboxEvent.objects.count()) == (2, events)


def test_a_change_of_rules_is_announced(
    make_link: MakeLink, owner: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard: list[int] = []

    def hear(version: int, **_: Any) -> None:
        heard.append(version)

    link = make_link()
    link_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            set_rules(actor=owner, link=link, rules=[rule()], now=NOW)
    finally:
        link_changed.disconnect(hear)

    assert heard == [2]
    assert OutboxEvent.objects.filter(topic="url_updated_events", payload__link_version=2).count() == 1


def test_destinations_of_rules_are_judged_as_all_are(make_link: MakeLink, owner: User) -> None:
    with pytest.raises(LinkError) as refused:
        set_rules(actor=owner, link=make_link(), rules=[rule(), rule("javascript:alert(1)")], now=NOW)

    assert (refused.value.field, refused.value.code) == ("rules", "scheme_not_allowed")
    assert refused.value.params == {"rule": 1, "input": "destination_url", "problem": refused.value.message.removeprefix("Rule 2: ")}
    assert refused.value.message.startswith("Rule 2: ")
    assert not RedirectRule.objects.exists()


def test_an_error_names_rule_and_condition(make_link: MakeLink, owner: User) -> None:
    with pytest.raises(LinkError) as refused:
        set_rules(actor=owner, link=make_link(), rules=[rule(conditions=[PHONES, {"kind": "country", "values": ["QQ"]}])], now=NOW)

    assert refused.value.params == {"rule": 0, "condition": 1, "problem": refused.value.message.removeprefix("Rule 1: ")}


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([rule()] * (MAX_RULES + 1), "too_many_rules"),
        ([rule(priority=-1)], "invalid_priority"),
        ([rule(priority=32_768)], "invalid_priority"),
        ([rule(weight=0)], "invalid_weight"),
        ([rule(weight=1001)], "invalid_weight"),
        ([rule(weight=True)], "invalid_weight"),
        ([rule("https://example.com/" + "a" * 2000 + str(number)) for number in range(50)], "rules_too_large"),
    ],
)
def test_rules_have_limits(make_link: MakeLink, owner: User, rules: list[RuleSpec], code: str) -> None:
    with pytest.raises(LinkError) as refused:
        set_rules(actor=owner, link=make_link(), rules=rules, now=NOW)

    assert (refused.value.field, refused.value.code) == ("rules", code)


def test_strangers_set_no_rules(make_link: MakeLink, stranger: User) -> None:
    with pytest.raises(NotFound):
        set_rules(actor=stranger, link=make_link(), rules=[rule()], now=NOW)


def test_a_deleted_link_keeps_its_rules(make_link: MakeLink, owner: User) -> None:
    link = set_rules(actor=owner, link=make_link(), rules=[rule()], now=NOW)
    services.delete_link(actor=owner, link=link, now=NOW)

    with pytest.raises(LinkError) as refused:
        set_rules(actor=owner, link=link, rules=[], now=NOW)

    assert refused.value.code == "link_deleted"
    assert rules_of(link) == [rule()]
