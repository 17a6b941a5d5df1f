"""Another code for a link, set on its page; the old ones are shown beside it."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.links import renaming, services
from apps.links.models import Link
from tests.cast import LogIn
from tests.links.conftest import NOW
from tests.links.pages import page_of, text_of

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
MakeLink = Callable[..., Link]


def edit(browser: Client, link: Link, **fields: str) -> tuple[int, str]:
    """Status, and the page or where it leads."""
    values = {"destination_url": link.destination_url, "code": link.code, "title": link.title, "tags": "news", **fields}
    answer = browser.post(page_of(link, "links:edit"), values)
    return answer.status_code, answer.headers.get("Location") or text_of(answer)


def checked(browser: Client, link: Link, code: str) -> str:
    return text_of(browser.get(page_of(link, "links:check_new_code"), {"code": code})).strip()


def renamed(owner: User, link: Link, *codes: str) -> Link:
    for code in codes:
        link = renaming.change_code(actor=owner, link=link, code=code, now=NOW)
    return link


def error_at_code(page: str) -> str:
    return page.partition('id="id_code_error">')[2].partition("</p>")[0]


def test_a_new_code_leads_to_the_links_new_page_which_shows_the_old_one(browser: Client, link: Link) -> None:
    status, address = edit(browser, link, code="summer", title="Summer")

    assert (status, address) == (302, page_of(link).replace("spring", "summer"))
    page = text_of(browser.get(address))
    assert "Summer" in page
    assert "1 old code leads here, too" in page
    assert f'data-copy="http://{link.domain.hostname}/spring"' in page


def test_the_form_begins_with_the_code_and_saving_it_changes_nothing(browser: Client, link: Link) -> None:
    assert 'name="code" value="spring"' in text_of(browser.get(page_of(link, "links:edit")))
    assert edit(browser, link) == (302, page_of(link))
    assert Link.objects.get().version == 1
    assert "old code" not in text_of(browser.get(page_of(link)))


def test_a_form_without_the_code_leaves_it(browser: Client, link: Link) -> None:
    browser.post(page_of(link, "links:edit"), {"destination_url": "https://example.org/"})

    assert (Link.objects.get().code, Link.objects.get().destination_url) == ("spring", "https://example.org/")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("taken", "is taken"),
        ("admin", "kept for pages of the site"),
        ("a b", "consists of the letters"),
        ("x" * 65, "at most 64 characters"),
        (" ", "needs a code"),
    ],
)
def test_a_code_that_cannot_be_had_is_refused_at_its_field_and_nothing_is_saved(
    browser: Client, make_link: MakeLink, link: Link, code: str, words: str
) -> None:
    make_link(code="taken")

    status, page = edit(browser, link, code=code, title="Typed")

    assert status == 422
    assert words in error_at_code(page)
    assert 'value="Typed"' in page
    link.refresh_from_db()
    assert (link.code, link.title, link.version) == ("spring", "Spring", 1)


def test_a_code_that_the_link_had_can_be_had_again_and_others_codes_cannot(
    browser: Client, make_link: MakeLink, owner: User, link: Link
) -> None:
    renamed(owner, make_link(code="theirs"), "other")
    link = renamed(owner, link, "summer")

    assert "spring is free" in checked(browser, link, "spring")
    assert "fresh is free" in checked(browser, link, "fresh")
    assert "taken" in checked(browser, link, "theirs")
    assert checked(browser, link, "summer") == checked(browser, link, "") == ""
    assert edit(browser, link, code="spring")[0] == 302
    assert [alias.code for alias in Link.objects.get(pk=link.pk).aliases.all()] == ["summer"]


def test_a_page_opened_before_a_rename_does_not_take_it_back(browser: Client, owner: User, link: Link) -> None:
    renamed(owner, link, "summer")

    # The address and the form are those from before.
    status, address = edit(browser, link, title="Late")

    assert (status, address) == (302, page_of(link).replace("spring", "summer"))
    assert (Link.objects.get().code, Link.objects.get().title) == ("summer", "Late")


def test_the_edit_page_under_an_old_code_leads_to_that_under_the_present_one(browser: Client, owner: User, link: Link) -> None:
    renamed(owner, link, "summer")

    assert browser.get(page_of(link, "links:edit")).headers["Location"] == page_of(link, "links:edit").replace("spring", "summer")


def test_no_more_old_codes_are_shown_than_a_link_may_have(browser: Client, owner: User, link: Link) -> None:
    link = renamed(owner, link, *(f"code{number}" for number in range(renaming.MAX_ALIASES)))
    page = text_of(browser.get(page_of(link)))

    assert page.count("data-copy=") == renaming.MAX_ALIASES + 1
    status, page = edit(browser, link, code="onemore")
    assert (status, "has had 20 codes" in error_at_code(page)) == (422, True)


def test_a_deleted_link_keeps_its_code(browser: Client, owner: User, link: Link) -> None:
    services.delete_link(actor=owner, link=link, now=NOW)

    assert edit(browser, link, code="summer")[0] == 422
    assert Link.objects.get().code == "spring"


def test_strangers_learn_nothing_of_codes(logged_in: LogIn, stranger: User, link: Link) -> None:
    answer = logged_in(stranger).get(page_of(link, "links:check_new_code"), {"code": "x"})

    assert answer.status_code == 404
