"""Paging through the links list, by its addresses, while links come and go."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from apps.accounts.models import User, Workspace
from apps.links import services
from apps.links.listed import clock
from apps.links.listing import SORTS
from apps.links.models import Domain, Link, LinkState
from tests.links.conftest import NOW
from tests.links.pages import LIST, text_of

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
_codes = re.compile(r"/(c\d+)</a>").findall


class Reader:
    """Somebody who pages through a list."""

    def __init__(self, browser: Client, **query: str) -> None:
        self._browser = browser
        self.page = text_of(browser.get(LIST, query))

    @property
    def codes(self) -> list[str]:
        return _codes(self.page)

    @property
    def number(self) -> str:
        found = re.search(r"Page ([\d,]+)<", self.page)
        return found[1] if found else ""

    def go(self, to: str) -> bool:
        """Follow the link `to`: first, prev, next or last; whether it is there."""
        found = re.search(rf'href="([^"]+)" rel="{to}"', self.page)
        if found:
            self.page = text_of(self._browser.get(LIST + unescape(found[1])))
        return found is not None

    def rest(self) -> list[str]:
        """Codes from this page to the last one."""
        codes = self.codes
        while self.go("next"):
            codes += self.codes
        return codes


def make_many(make_link: MakeLink, numbers: range) -> None:
    for number in numbers:
        make_link(code=f"c{number}", now=NOW + timedelta(minutes=number // 2), tags=["even"] if number % 2 == 0 else [])


@pytest.mark.parametrize("sort", list(SORTS))
def test_pages_in_any_order_show_each_link_once_forwards_and_backwards(
    browser: Client, make_link: MakeLink, owner: User, sort: str
) -> None:
    make_many(make_link, range(50))
    for link in Link.objects.all():
        expires_at = NOW + timedelta(days=400 + link.pk % 3) if link.pk % 2 else None
        Link.objects.filter(pk=link.pk).update(click_count=link.pk % 5, expires_at=expires_at)
    clock.follow(now=NOW)
    wanted = list(Link.objects.order_by(*SORTS[sort]).values_list("code", flat=True))

    reader = Reader(browser, sort=sort)
    assert reader.rest() == wanted
    assert (reader.number, reader.codes) == ("3", wanted[40:])
    assert reader.go("prev")
    assert (reader.number, reader.codes) == ("2", wanted[20:40])
    assert reader.go("prev")
    assert (reader.number, reader.codes, reader.go("prev")) == ("1", wanted[:20], False)
    assert reader.go("last")
    assert (reader.number, reader.codes) == ("3", wanted[40:])
    assert reader.go("first")
    assert (reader.number, reader.codes) == ("1", wanted[:20])


def test_no_link_is_shown_twice_or_lost_while_others_are_made_and_deleted(browser: Client, make_link: MakeLink, owner: User) -> None:
    make_many(make_link, range(60))
    reader = Reader(browser)
    shown = reader.codes
    for step, deleted in enumerate(("c41", "c10")):
        make_many(make_link, range(100 + step, 101 + step))
        services.delete_link(actor=owner, link=Link.objects.get(code=deleted), now=NOW)
        assert reader.go("next")
        shown += reader.codes
    assert not reader.go("next")

    there = {f"c{number}" for number in range(60)}
    assert len(shown) == len(set(shown))
    # One had been shown already when it was deleted, the other went before its page came.
    assert set(shown) == there - {"c10"}


def test_a_way_back_ends_at_a_full_first_page(browser: Client, make_link: MakeLink) -> None:
    make_many(make_link, range(30))
    reader = Reader(browser)
    reader.go("next")
    make_many(make_link, range(30, 35))

    reader.go("prev")
    assert (len(reader.codes), reader.go("prev")) == (20, True)
    assert (reader.codes, reader.number, reader.go("prev")) == ([f"c{number}" for number in range(34, 14, -1)], "1", False)


def test_a_page_whose_links_have_gone_shows_the_last_ones_that_are_there(browser: Client, make_link: MakeLink) -> None:
    make_many(make_link, range(25))
    reader = Reader(browser)
    Link.objects.filter(code__in=[f"c{number}" for number in range(5)]).delete()

    assert reader.go("next")
    assert len(reader.codes) == 20


def test_filters_go_together_with_each_other_and_with_pages(browser: Client, make_link: MakeLink) -> None:
    make_many(make_link, range(60))
    domain = Domain.objects.create(hostname="sho.rt")
    Link.objects.filter(code__in=[f"c{number}" for number in range(50)]).update(domain=domain)
    Link.objects.filter(code__in=["c2", "c3", "c59"]).update(is_active=False)

    reader = Reader(browser, tag="EVEN", domain="SHO.rt", state="active")
    assert reader.rest() == [f"c{number}" for number in range(48, -1, -2) if number != 2]
    assert 'href="?tag=EVEN&amp;domain=SHO.rt&amp;state=disabled"' in reader.page
    assert Reader(browser, tag="even", domain="sho.rt", state="disabled").codes == ["c2"]
    assert Reader(browser, domain="sho.rt", state="disabled").codes == ["c3", "c2"]


@pytest.mark.parametrize(
    "query",
    [{"domain": "nope.example"}, {"domain": "\0"}, {"tag": "even", "domain": "nope.example"}, {"state": "banned"}],
)
def test_a_filter_that_no_link_passes_says_so(browser: Client, make_link: MakeLink, query: dict[str, str]) -> None:
    make_many(make_link, range(2))

    assert "No link fits these filters." in Reader(browser, **query).page


@pytest.mark.parametrize(
    "place", ["", "1", "1.", ".1", "1.1.1", "x.y", "-1.-1", "9" * 19 + ".1", "1." + "9" * 19, "²." + "1", "\0", "end."]
)
def test_an_address_with_a_place_that_is_none_shows_the_first_page(browser: Client, make_link: MakeLink, place: str) -> None:
    make_many(make_link, range(3))

    for name in ("after", "before"):
        assert Reader(browser, **{name: place, "page": "7"}).codes == ["c2", "c1", "c0"]


def test_a_list_tells_how_many_links_are_in_it_up_to_a_bound(browser: Client, make_link: MakeLink, monkeypatch: pytest.MonkeyPatch) -> None:
    make_many(make_link, range(45))

    reader = Reader(browser)
    assert "45 links<" in reader.page
    for module in ("finding", "selectors", "pages"):
        monkeypatch.setattr(f"apps.links.listed.{module}.MAX_COUNT", 30)
    reader = Reader(browser)
    assert "more than 30 links<" in reader.page
    assert reader.go("last")
    # Which page that is, nobody has counted.
    assert (len(reader.codes), reader.number, reader.go("next")) == (20, "", False)
    assert reader.go("prev")
    assert (len(reader.codes), reader.number) == (20, "")


def test_a_choice_of_domains_is_there_once_there_are_two(browser: Client, make_link: MakeLink, workspace: Workspace) -> None:
    make_many(make_link, range(1))
    assert 'name="domain"' not in Reader(browser).page

    Domain.objects.create(hostname="brand.example", workspace=workspace, verified_at=NOW)
    assert '<option value="brand.example">' in Reader(browser).page
    assert '<option value="gone.example" selected>' in Reader(browser, domain="gone.example", state=LinkState.ACTIVE).page
