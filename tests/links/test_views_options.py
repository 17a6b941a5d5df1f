"""How a link sends people on, set on its pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.links import services
from apps.links.changes import LinkChanges
from apps.links.models import Link
from tests.links.conftest import NOW
from tests.links.pages import CREATE, page_of, text_of

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
OPTIONS = {
    "redirect_status": "308",
    "cache_seconds": "3600",
    "forward_query": "on",
    "forward_path": "on",
    "utm_source": "letter",
    "utm_medium": " email ",
    "utm_campaign": "",
}


def edit(browser: Client, link: Link, **fields: str) -> Any:
    return browser.post(page_of(link, "links:edit"), {"destination_url": link.destination_url, **fields})


def options_of(link: Link) -> dict[str, object]:
    stored = Link.objects.get(pk=link.pk)
    return {name: getattr(stored, name) for name in ("redirect_status", "cache_seconds", "forward_query", "forward_path", "utm")}


CHOSEN = {
    "redirect_status": 308,
    "cache_seconds": 3600,
    "forward_query": True,
    "forward_path": True,
    "utm": {"utm_source": "letter", "utm_medium": "email"},
}
USUAL = {"redirect_status": 302, "cache_seconds": 0, "forward_query": False, "forward_path": False, "utm": {}}


def test_an_edit_sets_how_the_link_sends_people_on(browser: Client, make_link: MakeLink) -> None:
    link = make_link()

    assert edit(browser, link, **OPTIONS).status_code == 302
    assert options_of(link) == CHOSEN


def test_the_edit_form_begins_with_them_and_saves_them_unchanged(browser: Client, make_link: MakeLink) -> None:
    link = make_link()
    edit(browser, link, **OPTIONS)
    version = Link.objects.get().version
    page = text_of(browser.get(page_of(link, "links:edit")))

    assert '<option value="308" selected>' in page
    assert 'name="forward_path" id="id_forward_path" checked' in page
    assert 'name="utm_source" value="letter"' in page
    assert "Status: 308 · kept by browsers for 3600 s · passes the query on · passes the path on · UTM defaults" in page
    edit(browser, link, **OPTIONS)
    assert Link.objects.get().version == version


def test_emptied_options_are_taken_away(browser: Client, make_link: MakeLink) -> None:
    link = make_link()
    edit(browser, link, **OPTIONS)
    edit(browser, link, redirect_status="302", cache_seconds="", utm_source="", utm_medium="")

    assert options_of(link) == USUAL


def test_utm_parameters_without_an_input_are_kept(browser: Client, make_link: MakeLink, owner: User) -> None:
    link = make_link()
    changes = LinkChanges(utm={"utm_id": "7", "utm_source": "letter"})
    services.update_link(actor=owner, link=link, changes=changes, now=NOW)

    edit(browser, link, **OPTIONS | {"utm_source": "post"})

    assert options_of(link)["utm"] == {"utm_id": "7", "utm_source": "post", "utm_medium": "email"}


def test_a_new_link_is_made_with_options(browser: Client) -> None:
    browser.post(CREATE, {"destination_url": "https://example.com/", **OPTIONS})

    assert options_of(Link.objects.get()) == CHOSEN


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("redirect_status", "418", "Select a valid choice"),
        ("cache_seconds", "99999999999", "Choose a number of seconds"),
        ("cache_seconds", "-1", "Choose a number of seconds"),
        ("cache_seconds", "soon", "Enter a whole number"),
        ("utm_medium", "x" * 201, "The value of utm_medium is too long"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_in_an_open_section(
    browser: Client, make_link: MakeLink, field: str, value: str, words: str
) -> None:
    link = make_link()
    answer = edit(browser, link, title="Typed", **{field: value})
    page = text_of(answer)

    assert answer.status_code == 422
    assert words in page.partition(f'id="id_{field}_error"')[2][:200]
    assert 'id="section-how" open' in page
    assert 'value="Typed"' in page
    assert options_of(link) == USUAL
    assert 'id="create-more" open' in text_of(browser.post(CREATE, {"destination_url": "https://example.com/", field: value}))
