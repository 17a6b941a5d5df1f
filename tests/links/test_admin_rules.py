import json
from collections.abc import Callable, Sequence

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.events.models import OutboxEvent
from apps.links import services
from apps.links.models import Link
from apps.links.rules import RuleSpec, rules_of, set_rules
from tests.links.conftest import NOW
from tests.links.test_admin import form_of, moderator, office

__all__ = ["moderator", "office"]

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
PHONES = {"kind": "device", "values": ["mobile"]}
RULE = RuleSpec(1, [PHONES], "https://m.example.com/", 2)


def page_of(link: Link) -> str:
    return reverse("admin:links_link_change", args=[link.pk])


def rows(rules: Sequence[RuleSpec], *, present: Sequence[int] = (), deleted: Sequence[int] = ()) -> dict[str, str]:
    """What the page sends for `rules`, of which the first are those with the keys `present`."""
    data = {"rules-TOTAL_FORMS": str(len(rules)), "rules-INITIAL_FORMS": str(len(present))}
    for place, rule in enumerate(rules):
        data |= {
            f"rules-{place}-id": str(present[place]) if place < len(present) else "",
            f"rules-{place}-priority": str(rule.priority),
            f"rules-{place}-conditions": json.dumps(rule.conditions),
            f"rules-{place}-destination_url": rule.destination_url,
            f"rules-{place}-weight": str(rule.weight),
        }
        if place in deleted:
            data[f"rules-{place}-DELETE"] = "on"
    return data


def test_rules_are_set_by_the_service(office: Client, make_link: MakeLink) -> None:
    link = make_link()

    answer = office.post(page_of(link), form_of(link, **rows([RULE])))

    assert answer.status_code == 302
    assert rules_of(link) == [RULE]
    assert OutboxEvent.objects.filter(topic="url_updated_events", payload__link_version=2).exists()


def test_rules_are_changed_and_taken_away(office: Client, make_link: MakeLink, owner: User) -> None:
    other = RuleSpec(2, [], "https://other.example.com/")
    link = set_rules(actor=owner, link=make_link(), rules=[RULE, other], now=NOW)
    heavier = RuleSpec(1, [PHONES], RULE.destination_url, 9)

    office.post(page_of(link), form_of(link, **rows([heavier, other], present=[rule.pk for rule in link.rules.all()], deleted=[1])))

    assert rules_of(link) == [heavier]


def test_a_rule_that_cannot_be_is_told_of_and_nothing_is_written(office: Client, make_link: MakeLink) -> None:
    link = make_link()

    for wrong, reason in (
        (RuleSpec(1, [{"kind": "country", "values": ["QQ"]}], "https://m.example.com/"), "Rule 1: “QQ” is not a country"),
        (RuleSpec(1, [], "https://localhost/"), "Rule 1: “localhost” can only be reached"),
        (RuleSpec(1, [], "https://m.example.com/", 1001), "rule_weight_range"),
    ):
        answer = office.post(page_of(link), form_of(link, **rows([wrong])))
        assert reason in answer.content.decode()

    assert rules_of(link) == []
    assert Link.objects.get(pk=link.pk).version == 1


def test_rules_of_a_deleted_link_are_shown_only(office: Client, make_link: MakeLink, owner: User) -> None:
    link = set_rules(actor=owner, link=make_link(), rules=[RULE], now=NOW)
    services.delete_link(actor=owner, link=link, now=NOW)

    page = office.get(page_of(link)).content.decode()

    assert RULE.destination_url in page
    assert 'name="rules-0-weight"' not in page
