"""Making links, from the page and from the form on the dashboard."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User, Workspace
from apps.links.models import Domain, Link
from tests.links.conftest import NOW
from tests.links.pages import CHECK_CODE, CREATE, fragment, page_of, text_of

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
DESTINATION = "https://example.com/a?b=c#d"


def create(browser: Client, *, in_place: bool = False, **fields: str) -> Any:
    headers = fragment("create") if in_place else {}
    return browser.post(CREATE, {"destination_url": DESTINATION, **fields}, headers=headers)


def test_an_address_is_all_that_is_needed(browser: Client, owner: User) -> None:
    answer = create(browser)

    link = Link.objects.get()
    assert (link.destination_url, link.owner) == (DESTINATION, owner)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{page_of(link)}?new=1")


def test_all_fields_are_taken_in_the_viewers_time(browser: Client) -> None:
    browser.cookies["tz"] = "Europe%2FBerlin"
    create(
        browser,
        code="spring",
        title="Spring offers",
        tags="news, offers ,, NEWS",
        valid_from="2030-01-01T00:00",
        expires_at="2030-07-01T00:00",
    )

    link = Link.objects.get()
    assert (link.code, link.title, sorted(tag.name for tag in link.tags.all())) == ("spring", "Spring offers", ["news", "offers"])
    assert link.valid_from is not None
    assert link.expires_at is not None
    assert (link.valid_from.isoformat(), link.expires_at.isoformat()) == ("2029-12-31T23:00:00+00:00", "2030-06-30T22:00:00+00:00")


def test_on_the_dashboard_the_new_row_and_a_fresh_form_come_back(browser: Client) -> None:
    page = text_of(create(browser, in_place=True, code="spring"))

    assert "<html" not in page
    assert "is-new" in page
    assert "/spring</a>" in page
    assert DESTINATION not in page.partition("</form>")[0]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"destination_url": ""}, "required"),
        ({"destination_url": "not an address"}, "field-error"),
        ({"destination_url": "javascript:alert(1)"}, "field-error"),
        ({"destination_url": "https://example.com/" + "a" * 3000}, "field-error"),
        ({"destination_url": "https://example.com/" + "a" * 30_000}, "field-error"),
        ({"code": "two words"}, "A code consists of"),
        ({"code": "admin"}, "kept for pages of the site"),
        ({"code": "taken"}, "is taken"),
        ({"code": "x" * 65}, "too long"),
        ({"title": "t" * 201}, "The title is too long"),
        ({"tags": ",".join(map(str, range(21)))}, "at most 20 tags"),
        ({"tags": "t" * 51}, "at most 50 characters"),
        ({"expires_at": "yesterday"}, "Enter a valid date/time."),
        ({"expires_at": "2020-01-01T00:00"}, "This time has passed"),
        ({"valid_from": "2031-01-01T00:00", "expires_at": "2030-01-01T00:00"}, "before it becomes valid"),
        ({"valid_from": "0001-01-01T00:00"}, "between the years"),
        ({"expires_at": "9999-12-31T23:59"}, "between the years"),
    ],
)
@pytest.mark.parametrize("in_place", [False, True])
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    browser: Client, make_link: MakeLink, fields: dict[str, str], words: str, in_place: bool
) -> None:
    make_link(code="taken")
    answer = create(browser, in_place=in_place, **({"title": "What I typed"} | fields))
    page = text_of(answer)

    assert answer.status_code == 422
    assert words in page
    assert 'aria-invalid="true"' in page
    assert "title" in fields or "What I typed" in page
    assert ("<html" in page) is not in_place
    assert Link.objects.count() == 1


@pytest.mark.parametrize("zone", ["Asia%2FTokyo", "America%2FLos_Angeles", "Pacific%2FKiritimati", "no/zone", "%00"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "1900-01-01T00:00"])
def test_no_time_in_any_zone_breaks_the_form(browser: Client, zone: str, moment: str) -> None:
    browser.cookies["tz"] = zone

    assert create(browser, valid_from=moment).status_code == 422


@pytest.mark.parametrize(
    ("code", "words"),
    [("free-one", "free-one is free."), ("taken", "is taken"), ("a b", "A code consists of"), ("", ""), ("\0", "A code consists of")],
)
def test_the_form_says_whether_a_code_can_be_had(browser: Client, make_link: MakeLink, code: str, words: str) -> None:
    make_link(code="taken")
    answer = browser.get(CHECK_CODE, {"code": code}, headers=fragment("code-check"))

    assert answer.status_code == 200
    assert words in text_of(answer)


def test_making_links_needs_a_log_in(client: Client, db: None) -> None:
    assert create(client).status_code == 302
    assert create(client, in_place=True).status_code == 401
    assert client.get(CHECK_CODE, {"code": "x"}).status_code == 302
    assert not Link.objects.exists()


def test_the_form_is_no_use_to_other_sites(owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)

    assert create(browser).status_code == 403


def test_who_has_a_domain_chooses_where_a_link_lives(browser: Client, workspace: Workspace, make_link: MakeLink) -> None:
    assert 'name="domain"' not in text_of(browser.get(CREATE))
    Domain.objects.create(hostname="go.example", workspace=workspace, verified_at=NOW)
    Domain.objects.create(hostname="waiting.example", workspace=workspace)
    make_link(code="mine")
    page = text_of(browser.get(CREATE))

    assert '<option value="go.example">' in page
    assert "waiting.example" not in page
    assert "mine is free" in text_of(browser.get(CHECK_CODE, {"code": "mine", "domain": "go.example"}))
    assert "is taken" in text_of(browser.get(CHECK_CODE, {"code": "mine", "domain": "elsewhere.example"}))
    again = text_of(create(browser, in_place=True, code="mine", domain="go.example"))
    assert '<option value="go.example" selected>' in again
    assert Link.objects.filter(domain__hostname="go.example", code="mine").exists()
    assert create(browser, domain="waiting.example").status_code == 422
    create(browser, code="other")
    assert Link.objects.get(code="other").domain.is_default
