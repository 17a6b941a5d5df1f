"""Editing, disabling, deleting and restoring a link."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership, Role, User, Workspace
from apps.links import services
from apps.links.models import Link
from tests.cast import LogIn
from tests.links.conftest import NOW
from tests.links.pages import LIST, page_of, text_of

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
PAGES = ["analytics:link", "links:edit", "links:delete"]
ACTIONS = ["links:edit", "links:delete", "links:set_active", "links:restore"]


def stored(link: Link) -> Link:
    return Link.objects.prefetch_related("tags").get(pk=link.pk)


def edit(browser: Client, link: Link, **fields: str) -> int:
    values = {"destination_url": link.destination_url, "title": link.title, "tags": "news", **fields}
    return browser.post(page_of(link, "links:edit"), values).status_code


def test_the_form_begins_with_what_is_stored(browser: Client, link: Link) -> None:
    page = text_of(browser.get(page_of(link, "links:edit")))

    for value in (link.destination_url, "Spring", "news"):
        assert f'value="{value}"' in page


def test_an_edit_is_stored_and_leads_to_the_links_page(browser: Client, link: Link) -> None:
    assert edit(browser, link, destination_url="https://example.org/new", title="", tags="offers") == 302

    after = stored(link)
    assert (after.destination_url, after.title, [tag.name for tag in after.tags.all()]) == ("https://example.org/new", "", ["offers"])


def test_a_bad_edit_says_why_and_changes_nothing(browser: Client, link: Link) -> None:
    assert edit(browser, link, destination_url="data:text/html,x") == 422
    assert stored(link).version == link.version


def test_times_that_the_form_shows_to_the_minute_stay_to_the_second(browser: Client, make_link: MakeLink) -> None:
    expiry = timezone.now().replace(second=17, microsecond=5) - timedelta(days=1)
    link = make_link(expires_at=expiry, now=expiry - timedelta(days=9))

    assert edit(browser, link, title="Another", expires_at=f"{expiry:%Y-%m-%dT%H:%M}") == 302
    assert (stored(link).title, stored(link).expires_at) == ("Another", expiry)


def test_an_emptied_time_is_taken_away(browser: Client, make_link: MakeLink) -> None:
    link = make_link(expires_at=NOW + timedelta(days=3650))

    assert edit(browser, link, expires_at="") == 302
    assert stored(link).expires_at is None


def test_a_link_is_disabled_and_enabled_again(browser: Client, link: Link) -> None:
    address = page_of(link, "links:set_active")

    assert browser.post(address).headers["Location"] == page_of(link)
    assert not stored(link).is_active
    browser.post(address, {"active": "1"})
    assert stored(link).is_active


@pytest.mark.parametrize(
    ("asked", "led_to"), [("/links/?tag=a", "/links/?tag=a"), ("https://evil.example/", None), ("//evil.example", None)]
)
def test_an_action_leads_back_to_where_it_was_done_but_never_away(browser: Client, link: Link, asked: str, led_to: str | None) -> None:
    answer = browser.post(page_of(link, "links:set_active"), {"next": asked})

    assert answer.headers["Location"] == (led_to or page_of(link))


def test_deleting_says_what_it_means_and_asks_for_the_code(browser: Client, link: Link) -> None:
    address = page_of(link, "links:delete")
    page = text_of(browser.get(address))
    wrong = browser.post(address, {"code": "yes"})

    assert "Its 0 clicks stay in your numbers" in page
    assert wrong.status_code == 422
    assert stored(link).deleted_at is None


def test_a_deleted_link_can_be_brought_back_from_the_toast(browser: Client, link: Link) -> None:
    answer = browser.post(page_of(link, "links:delete"), {"code": "spring"}, follow=True)

    assert answer.redirect_chain == [(LIST, 302)]
    assert f'action="{page_of(link, "links:restore")}"' in text_of(answer)
    assert stored(link).deleted_at is not None
    browser.post(page_of(link, "links:restore"))
    assert stored(link).deleted_at is None


def test_what_has_been_deleted_elsewhere_cannot_be_changed(browser: Client, link: Link, owner: User) -> None:
    services.delete_link(actor=owner, link=link, now=NOW)

    assert edit(browser, link, title="Late") == 422
    assert browser.post(page_of(link, "links:set_active")).status_code == 302
    assert browser.post(page_of(link, "links:delete"), {"code": "spring"}).status_code == 302
    assert (stored(link).title, stored(link).is_active) == ("Spring", True)


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_sees_exactly_what_is_seen_of_a_link_that_is_not_there(logged_in: LogIn, stranger: User, link: Link, name: str) -> None:
    browser = logged_in(stranger)
    address = page_of(link, name)
    theirs, missing = browser.get(address), browser.get(address.replace("spring", "no-such"))

    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert without_request_id(text_of(theirs), theirs["X-Request-ID"]) == without_request_id(text_of(missing), missing["X-Request-ID"])


@pytest.mark.parametrize("name", ACTIONS)
def test_a_stranger_can_do_nothing_to_a_link(logged_in: LogIn, stranger: User, link: Link, name: str) -> None:
    answer = logged_in(stranger).post(page_of(link, name), {"code": "spring", "destination_url": "https://evil.example/"})

    assert answer.status_code == 404
    assert (stored(link).version, stored(link).deleted_at) == (link.version, None)


@pytest.mark.parametrize("name", ACTIONS)
def test_who_may_only_look_is_told_so(logged_in: LogIn, workspace: Workspace, stranger: User, link: Link, name: str) -> None:
    Membership.objects.create(workspace=workspace, user=stranger, role=Role.VIEWER)
    answer = logged_in(stranger).post(page_of(link, name), {"code": "spring", "destination_url": "https://evil.example/"})

    assert answer.status_code == 403
    assert stored(link).version == link.version


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_need_a_log_in(client: Client, link: Link, name: str) -> None:
    assert client.get(page_of(link, name)).headers["Location"].startswith("/accounts/login/?next=/links/")


@pytest.mark.parametrize("name", ["links:set_active", "links:restore"])
def test_looking_at_an_actions_address_does_nothing(browser: Client, link: Link, name: str) -> None:
    assert browser.get(page_of(link, name)).status_code == 405


@pytest.mark.parametrize("place", ["no-such-host/spring", "localhost:8000/%00", "%2e%2e/spring", "localhost:8000/a%2Fb"])
def test_addresses_of_no_link_are_not_found(browser: Client, link: Link, place: str) -> None:
    assert browser.get(f"/links/{place}/edit/").status_code == 404


def without_request_id(page: str, request_id: str) -> str:
    return page.replace(request_id, "")
