"""Redirect rules set on the page of a link, with no script at all."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.links.conditions import Condition
from apps.links.models import Link
from apps.links.rules import RuleSpec, rules_of, set_rules
from tests.links.conftest import NOW
from tests.links.pages import fragment, page_of, text_of

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
Fields = dict[str, Any]
ELSEWHERE = "https://example.org/app"
GERMANY: Condition = {"kind": "country", "values": ["DE", "AT"]}
PHONES: Condition = {"kind": "device", "values": ["mobile"], "not": True}


def submit(browser: Client, link: Link, *, in_place: bool = False, **fields: Any) -> Any:
    values = {"destination_url": link.destination_url, "title": link.title, "tags": "news", "rules": "1", **fields}
    return browser.post(page_of(link, "links:edit"), values, headers=fragment("rules") if in_place else {})


def rule(place: int = 0, *, urls: list[str] | None = None, weights: list[str] | None = None, conditions: int = 0, **values: Any) -> Fields:
    """Fields of the rule at `place`; `values` are those of its conditions, such as c0_kind."""
    urls = urls if urls is not None else [ELSEWHERE]
    fields: Fields = {"rule": [str(place)], f"rule-{place}-url": urls, f"rule-{place}-weight": weights or ["1"] * len(urls)}
    fields[f"rule-{place}-condition"] = [str(number) for number in range(conditions)]
    return fields | {f"rule-{place}-{name[1:].replace('_', '-')}": value for name, value in values.items()}


def stored(link: Link) -> list[RuleSpec]:
    return rules_of(link)


@pytest.mark.parametrize(
    ("typed", "condition"),
    [
        ({"c0_kind": "country", "c0_text": "de, Austria"}, GERMANY),
        ({"c0_kind": "device", "c0_choice": ["mobile"], "c0_not": "1"}, PHONES),
        ({"c0_kind": "os", "c0_choice": ["iOS", "macOS"]}, {"kind": "os", "values": ["iOS", "macOS"]}),
        ({"c0_kind": "language", "c0_text": "de,pt-br"}, {"kind": "language", "values": ["de", "pt-BR"]}),
        ({"c0_kind": "query", "c0_name": "ref", "c0_text": "mail, post"}, {"kind": "query", "name": "ref", "values": ["mail", "post"]}),
        ({"c0_kind": "query", "c0_name": "ref", "c0_text": ""}, {"kind": "query", "name": "ref", "values": []}),
        ({"c0_kind": "ip", "c0_text": "10.1.2.3/8"}, {"kind": "ip", "values": ["10.0.0.0/8"]}),
        (
            {"c0_kind": "window", "c0_since": "2030-01-01T10:00", "c0_until": ""},
            {"kind": "window", "from": "2030-01-01T09:00:00+00:00", "until": None},
        ),
    ],
)
def test_a_condition_of_each_kind_is_stored_and_shown_again(
    browser: Client, link: Link, typed: dict[str, Any], condition: dict[str, Any]
) -> None:
    browser.cookies["tz"] = "Europe%2FBerlin"
    fields = rule(conditions=1, **typed)

    assert submit(browser, link, **fields).status_code == 302
    assert stored(link) == [RuleSpec(0, [condition], ELSEWHERE, 1)]
    page = text_of(browser.get(page_of(link, "links:edit")))
    for value in (ELSEWHERE, typed.get("c0_name"), typed.get("c0_since")):
        assert value is None or f'value="{value}"' in page
    for value in typed.get("c0_choice", ()):
        assert f'value="{value}" checked' in page


def test_a_split_shares_visitors_by_weight(browser: Client, link: Link) -> None:
    fields = rule(urls=["https://example.com/a", "https://example.com/b"], weights=["70", "30"])

    assert submit(browser, link, **fields).status_code == 302
    assert [(spec.priority, spec.destination_url, spec.weight) for spec in stored(link)] == [
        (0, "https://example.com/a", 70),
        (0, "https://example.com/b", 30),
    ]
    page = text_of(browser.get(page_of(link, "links:edit")))
    assert "<strong>All visitors</strong>" in page
    assert "70 %" in page
    assert "1 rule, visitors are split" in page


def test_each_rule_is_said_in_plain_words(browser: Client, link: Link, owner: User) -> None:
    conditions: list[Condition] = [GERMANY, PHONES, {"kind": "os", "values": ["iOS"]}, {"kind": "language", "values": ["fr"]}]
    more = [{"kind": "query", "name": "ref", "values": ["x"]}, {"kind": "ip", "values": ["10.0.0.0/8"]}]
    window = {"kind": "window", "from": "2030-01-01T00:00:00+00:00", "until": "2030-02-01T00:00:00+00:00"}
    specs = [
        RuleSpec(0, conditions, ELSEWHERE),
        RuleSpec(1, [*more, window], "https://example.org/" + "x" * 90),
        RuleSpec(2, [], ELSEWHERE),
    ]
    set_rules(actor=owner, link=link, rules=specs, now=NOW)

    page = text_of(browser.get(page_of(link, "links:edit")))

    assert "Visitors from Germany or Austria, not with a phone, with iOS, who read French" in page
    assert "Visitors with ref=x in the address, at 10.0.0.0/8, from 1 Jan 2030, 00:00 until 1 Feb 2030, 00:00" in page
    assert "All other visitors" in page
    assert "example.org/" + "x" * 47 + "…" in page


def test_rules_as_they_are_shown_are_saved_unchanged(browser: Client, link: Link, owner: User) -> None:
    window = {"kind": "window", "from": "2030-01-01T00:00:17.000005+00:00", "until": None}
    set_rules(actor=owner, link=link, rules=[RuleSpec(3, [window], ELSEWHERE)], now=NOW)
    version = Link.objects.get().version

    submit(browser, link, **rule(conditions=1, c0_kind="window", c0_since="2030-01-01T00:00:17", c0_until=""))

    assert stored(link) == [RuleSpec(3, [window], ELSEWHERE)]
    assert Link.objects.get().version == version


def test_removed_rules_are_gone_and_rules_without_their_form_stay(browser: Client, link: Link, owner: User) -> None:
    set_rules(actor=owner, link=link, rules=[RuleSpec(0, [], ELSEWHERE)], now=NOW)
    browser.post(page_of(link, "links:edit"), {"destination_url": link.destination_url, "title": "Other"})

    assert len(stored(link)) == 1
    submit(browser, link)
    assert stored(link) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (rule(urls=["javascript:alert(1)"]), "http"),
        (rule(urls=[""]), "Enter the address"),
        (rule(weights=["many"]), "A weight is a whole number"),
        (rule(weights=["5000"]), "from 1 to 1000"),
        (rule(conditions=1, c0_kind="country", c0_text="Atlantis"), "is not a country"),
        (rule(conditions=1, c0_kind="window", c0_since="soon", c0_until=""), "“soon” is not a time"),
        (rule(conditions=1, c0_kind="device"), "at least one value"),
        ({"rule": ["0"], "rule-0-kept": "{"}, "cannot be read"),
        ({"rule": ["0"], "rule-0-kept": "[1]"}, "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_at_the_rule_and_nothing_typed_is_lost(browser: Client, link: Link, fields: Fields, words: str) -> None:
    first = rule(0, urls=["https://example.com/a", "https://example.com/b"])
    # The one at fault comes second, after a split of two.
    second = {name.replace("rule-0", "rule-1"): value for name, value in fields.items()} | {"rule": ["0", "1"]}
    answer = submit(browser, link, title="Typed", **(first | second))
    page = text_of(answer)

    assert answer.status_code == 422
    assert words in page.partition('id="rule-1-error"')[2][:300]
    assert 'id="rule-0-error"' not in page
    assert 'id="section-where" open' in page
    assert 'value="Typed"' in page
    assert 'value="https://example.com/b"' in page
    assert stored(link) == []
    assert Link.objects.get().title == link.title


def test_a_wrong_rule_keeps_the_other_changes_from_being_made(browser: Client, link: Link) -> None:
    submit(browser, link, title="New", **rule(urls=["ftp://example.com/"]))

    assert Link.objects.get().title == link.title


def test_too_many_rules_are_refused_above_them(browser: Client, link: Link) -> None:
    fields: Fields = {}
    for place in range(51):
        fields |= rule(place)
    answer = submit(browser, link, **(fields | {"rule": [str(place) for place in range(51)]}))

    assert answer.status_code == 422
    assert "at most 50 rules" in text_of(answer).partition('id="rules-error"')[2][:100]


def test_rows_of_one_priority_with_conditions_of_their_own_are_kept_as_they_are(browser: Client, link: Link, owner: User) -> None:
    mixed = [RuleSpec(5, [GERMANY], "https://example.com/a", 2), RuleSpec(5, [PHONES], "https://example.com/b", 3)]
    set_rules(actor=owner, link=link, rules=mixed, now=NOW)
    page = text_of(browser.get(page_of(link, "links:edit")))
    kept = page.partition('name="rule-0-kept" value="')[2].partition('"')[0].replace("&quot;", '"')

    fields: Fields = {"rule": ["1", "0"], "rule-0-kept": kept, "rule-1-url": ELSEWHERE, "rule-1-weight": "1"}
    submit(browser, link, **fields)

    assert "made through the API" in page
    assert stored(link) == [
        RuleSpec(0, [], ELSEWHERE),
        *(replace(spec, priority=1) for spec in mixed),
    ]


TWO: Fields = {
    "rule": ["0", "1"],
    "rule-0-url": "https://a.example/",
    "rule-0-weight": "1",
    "rule-1-url": "https://b.example/",
    "rule-1-weight": "1",
}


@pytest.mark.parametrize(
    ("step", "order", "focus"),
    [
        ("down 0", ["b", "a"], "rule-1-up"),
        ("up 1", ["b", "a"], "rule-0-down"),
        ("up 0", ["a", "b"], "rule-0-down"),
        ("remove 0", ["b"], "rule-0-remove"),
        ("remove 1", ["a"], "rule-0-remove"),
        ("remove 7", ["a", "b"], "rules-add"),
        ("target 0", ["a", "", "b"], "rule-0-url-1"),
        ("add", ["a", "b", ""], "rule-2-kinds"),
        ("split", ["a", "b", "example.com/page", ""], "rule-2-url-1"),
        ("no such", ["a", "b"], "rules-add"),
        ("", ["a", "b"], "rules-add"),
        ("up x", ["a", "b"], "rules-add"),
    ],
)
def test_a_button_changes_the_rules_on_the_page_alone(browser: Client, link: Link, step: str, order: list[str], focus: str) -> None:
    answer = submit(browser, link, step=step, title="Typed", **TWO)
    page = text_of(answer)

    assert answer.status_code == 200
    assert urls_in(page) == order
    assert f'id="{focus}" autofocus' in page
    assert page.count("autofocus") == 1
    assert 'value="Typed"' in page
    assert stored(link) == []


def test_what_is_typed_is_said_again_piece_by_piece(browser: Client, link: Link) -> None:
    split = rule(urls=["https://a.example/", "https://b.example/"], weights=["3", "x"]) | {"rules": "1"}
    page = text_of(browser.post(page_of(link, "links:edit") + "?say=1", split, headers=fragment("rules")))

    assert "<input" not in page
    assert 'id="rule-0-says" hx-swap-oob="true"' in page
    assert page.count("(100 %)") == 1


def test_a_script_gets_the_rules_alone(browser: Client, link: Link) -> None:
    page = text_of(submit(browser, link, in_place=True, step="add", **TWO))

    assert "<html" not in page
    assert urls_in(page) == ["a", "b", ""]


def test_conditions_and_destinations_are_added_and_removed(browser: Client, link: Link) -> None:
    added = text_of(submit(browser, link, step="condition 0 country", **rule()))
    assert 'name="rule-0-0-kind" value="country"' in added
    assert 'id="rule-0-0-not" autofocus' in added

    typed = rule(urls=["https://a.example/", "https://b.example/"], conditions=1, c0_kind="country", c0_text="DE")
    assert "rule-0-0-kind" not in text_of(submit(browser, link, step="drop-condition 0 0", **typed))
    assert urls_in(text_of(submit(browser, link, step="drop-target 0 0", **typed))) == ["b"]
    assert urls_in(text_of(submit(browser, link, step="drop-target 0 0", **rule(urls=["https://a.example/"])))) == [""]


def test_a_rule_below_one_for_all_is_said_to_be_idle(browser: Client, link: Link) -> None:
    page = text_of(submit(browser, link, step="none", **TWO))

    assert page.count("No visitor comes this far") == 1


def test_no_input_breaks_the_editor(browser: Client, link: Link) -> None:
    odd: Fields = {"rule": ["0", "0", "-1", "x", "9999999", "\0"], "rule-0-condition": ["0", "y"], "rule-0-0-kind": "nothing"}

    for step in ("condition 0 nothing", "condition x country", "condition 99 country", "drop-condition 0", "drop-target 0 99", "up 1 2 3"):
        assert submit(browser, link, step=step, **odd).status_code == 200
    assert submit(browser, link, **odd).status_code == 422


def urls_in(page: str) -> list[str]:
    """Destinations that stand in the rules' inputs, the site's part of each."""
    found = re.findall(r'name="rule-\d+-url"[^>]* value="([^"]*)"', page)
    return [url.removeprefix("https://").removesuffix(".example/") for url in found]
