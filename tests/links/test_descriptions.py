"""What a link is for, in the words of those who made it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.events.models import OutboxEvent
from apps.links import services
from apps.links.changes import LinkChanges
from apps.links.errors import LinkError
from apps.links.models import Link
from tests.links.conftest import NOW

LATER = NOW + timedelta(minutes=1)


def test_a_link_keeps_its_description_with_line_breaks_in_one_spelling(make_link: Callable[..., Link]) -> None:
    link = make_link(description="Autumn sale\r\nprinted on 2,000 cards")

    link.refresh_from_db()
    assert link.description == "Autumn sale\nprinted on 2,000 cards"


def test_an_edit_of_the_description_is_a_version_and_is_told(owner: User, make_link: Callable[..., Link]) -> None:
    link = make_link(description="old")

    services.update_link(actor=owner, link=link, changes=LinkChanges(description="new"), now=LATER)

    event = OutboxEvent.objects.latest("id")
    assert (event.payload["description"], event.payload["link_version"]) == ("new", 2)


@pytest.mark.parametrize(("text", "code"), [("x" * 1001, "description_too_long"), ("a\x00", "control_characters")])
def test_a_description_that_cannot_be_kept_is_refused(make_link: Callable[..., Link], text: str, code: str) -> None:
    with pytest.raises(LinkError) as refusal:
        make_link(description=text)

    assert (refusal.value.field, refusal.value.code) == ("description", code)


def test_the_edit_page_shows_and_saves_the_description(browser: Client, link: Link) -> None:
    address = f"/links/{link.domain.hostname}/{link.code}/edit/"
    data = {"destination_url": link.destination_url, "code": link.code, "title": link.title, "tags": "news"}

    browser.post(address, data | {"description": "for the autumn leaflet"})

    assert "for the autumn leaflet" in browser.get(address).content.decode()


def test_a_form_without_the_field_leaves_the_description_alone(browser: Client, make_link: Callable[..., Link]) -> None:
    link = make_link(description="kept")
    data = {"destination_url": link.destination_url, "code": link.code, "title": "New", "tags": ""}

    browser.post(f"/links/{link.domain.hostname}/{link.code}/edit/", data)

    link.refresh_from_db()
    assert (link.title, link.description) == ("New", "kept")
