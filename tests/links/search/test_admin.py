"""Searching in the back office."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.links import services
from apps.links.models import Link
from apps.links.search.postgresql.writing import write
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db

MakeLink = Callable[..., Link]
LIST = "admin:links_link_changelist"


@pytest.fixture
def office(client: Client, django_user_model: type[User]) -> Client:
    client.force_login(django_user_model.objects.create_superuser("moderator@example.com", "correct horse"))
    return client


@pytest.fixture
def known(make_link: MakeLink) -> MakeLink:
    """Makes links that can be found at once."""

    def make(**fields: Any) -> Link:
        link = make_link(**fields)
        write([link.pk])
        return link

    return make


def codes(office: Client, search: str, **parameters: str) -> list[str]:
    answer = office.get(reverse(LIST), {"q": search, **parameters})
    return [link.code for link in answer.context["cl"].result_list]


def test_moderators_find_links_of_everybody_by_any_word_the_best_first(office: Client, known: MakeLink) -> None:
    known(code="title", title="Lottery winner")
    known(code="note", description="lottery of the club")
    known(code="other", title="Something else")

    assert codes(office, "lottery") == ["title", "note"]
    assert set(codes(office, "lotery")) == {"title", "note"}
    assert codes(office, "lottery", o="-1") == ["title", "note"]
    assert codes(office, "lottery", o="1") == ["note", "title"]


def test_deleted_links_are_found_behind_the_others(office: Client, known: MakeLink, owner: User) -> None:
    gone = known(code="gone", title="Lottery")
    known(code="here", title="Lottery winner")
    services.delete_link(actor=owner, link=gone, now=NOW)
    write([gone.pk])

    assert codes(office, "lottery") == ["here", "gone"]


def test_what_is_found_is_narrowed_by_the_lists_filters(office: Client, known: MakeLink, owner: User) -> None:
    known(code="on", title="Lottery")
    off = known(code="off", title="Lottery")
    services.set_link_active(actor=owner, link=off, is_active=False, now=NOW)

    assert codes(office, "lottery", state="disabled") == ["off"]


@pytest.mark.parametrize("search", ["***", "'; DROP TABLE", "x" * 5_000, "%"])
def test_whatever_is_typed_is_answered(search: str, office: Client, known: MakeLink) -> None:
    known(code="abc")

    assert codes(office, search) == []


def test_a_search_takes_as_many_queries_however_much_it_finds(
    office: Client, known: MakeLink, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        known(code=f"link{number}", title="Lottery")
    codes(office, "lottery")
    with django_assert_num_queries(29):
        codes(office, "lottery")
    for number in range(3, 9):
        known(code=f"link{number}", title="Lottery")
    with django_assert_num_queries(29):
        codes(office, "lottery")


def test_a_description_is_shown_and_changed(office: Client, known: MakeLink) -> None:
    link = known(code="abc", description="Old words")
    page = reverse("admin:links_link_change", args=[link.pk])
    assert "Old words" in office.get(page).content.decode()

    data = {"destination_url": link.destination_url, "title": "", "tag_names": "", "is_active": "on", "description": "New words"}
    data |= {"rules-TOTAL_FORMS": "0", "rules-INITIAL_FORMS": "0"}
    data |= {f"{name}_{part}": "" for name in ("valid_from", "expires_at") for part in (0, 1)}
    assert office.post(page, data).status_code == 302

    link.refresh_from_db()
    assert (link.description, link.version) == ("New words", 2)
