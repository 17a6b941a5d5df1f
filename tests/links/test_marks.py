"""What is special about a link stands beside it, in lists and on its page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.links.changes import LinkOptions
from apps.links.models import Link
from apps.links.rules import RuleSpec, set_rules
from tests.links.conftest import NOW
from tests.links.pages import LIST, page_of, text_of

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
MakeLink = Callable[..., Link]
ELSEWHERE = "https://example.org/"


def marks(browser: Client, link: Link) -> list[str]:
    """Texts of the chips in the link's row, which are those on its page."""
    found = [part.partition("</svg>")[2].partition("</span>")[0] for part in text_of(browser.get(LIST)).split('<span class="chip')[1:]]
    page = text_of(browser.get(page_of(link)))
    assert all(f"</svg>{text}</span>" in page for text in found)
    return found


def change(link: Link, **fields: Any) -> None:
    Link.objects.filter(pk=link.pk).update(**fields)


def test_a_plain_link_has_none(browser: Client, make_link: MakeLink) -> None:
    assert marks(browser, make_link()) == []


def test_password_and_limit_are_told_with_what_is_used(browser: Client, make_link: MakeLink) -> None:
    link = make_link(options=LinkOptions(password="open sesame", max_clicks=2000))
    change(link, redirects_used=1500)

    assert marks(browser, link) == ["Password", "1,500 of 2,000 clicks"]


def test_a_link_whose_clicks_are_used_up_says_so(browser: Client, make_link: MakeLink) -> None:
    link = make_link(options=LinkOptions(max_clicks=100))
    change(link, redirects_used=101)

    assert marks(browser, link) == ["Used up: 100 clicks"]


def test_rules_are_told_from_a_split(browser: Client, make_link: MakeLink, owner: User) -> None:
    link = make_link()
    set_rules(actor=owner, link=link, rules=[RuleSpec(0, [], ELSEWHERE), RuleSpec(1, [], ELSEWHERE)], now=NOW)
    assert marks(browser, link) == ["Rules"]

    set_rules(actor=owner, link=link, rules=[RuleSpec(0, [], ELSEWHERE, 1), RuleSpec(0, [], ELSEWHERE + "b", 2)], now=NOW)
    assert marks(browser, link) == ["Split"]


def test_a_flag_comes_first(browser: Client, make_link: MakeLink) -> None:
    link = make_link(options=LinkOptions(password="open sesame"))
    change(link, flagged_at=NOW)

    assert marks(browser, link) == ["Flagged", "Password"]
