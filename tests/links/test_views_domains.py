"""The pages of a workspace's domains."""

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.links.domains import txt_record
from apps.links.models import Domain
from tests.cast import LogIn
from tests.links.name_server import NameServer

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
HOST = "go.example.com"


@pytest.fixture
def domain(browser: Client) -> Domain:
    browser.post("/domains/", {"hostname": HOST})
    return Domain.objects.get(hostname=HOST)


def test_a_domain_is_added_shown_with_its_record_and_verified(browser: Client, dns_server: NameServer) -> None:
    answer = browser.post("/domains/", {"hostname": "https://Go.Example.com/"}, follow=True)
    assert answer.redirect_chain == [(f"/domains/{HOST}/", 302)]
    record = txt_record(Domain.objects.get(hostname=HOST))
    page = answer.content.decode()
    assert f'data-copy="{record.name}"' in page
    assert f'data-copy="{record.value}"' in page

    assert "not in the DNS yet" in browser.post(f"/domains/{HOST}/check/", follow=True).content.decode()
    dns_server.records[record.name] = [record.value]
    assert "The record is there" in browser.post(f"/domains/{HOST}/check/", follow=True).content.decode()
    assert record.value not in browser.get(f"/domains/{HOST}/").content.decode()
    assert HOST in browser.get("/domains/").content.decode()


def test_a_host_that_cannot_be_is_refused_in_words(browser: Client) -> None:
    answer = browser.post("/domains/", {"hostname": "192.0.2.1"})

    assert answer.status_code == 422
    assert "An IP address cannot be a domain" in answer.content.decode()


def test_settings_are_kept_as_they_were_typed(browser: Client, domain: Domain) -> None:
    mark = ":".join(["AB"] * 32)
    sent = {
        "root_url": "https://www.example.com/",
        "apple_app_ids": "ABCDE12345.com.example.app\r\nABCDE12345.com.example.two",
        "android_apps": f"com.example.app {mark}\r\n\r\n",
    }

    assert browser.post(f"/domains/{HOST}/edit/", sent).status_code == 302

    domain.refresh_from_db()
    assert (domain.root_url, len(domain.apple_app_ids)) == ("https://www.example.com/", 2)
    assert domain.android_apps == [{"package": "com.example.app", "fingerprints": [mark]}]
    page = browser.get(f"/domains/{HOST}/edit/").content.decode()
    assert f"com.example.app {mark}" in page


def test_a_refused_setting_stands_at_its_field(browser: Client, domain: Domain) -> None:
    answer = browser.post(f"/domains/{HOST}/edit/", {"not_found_url": f"https://{HOST}/"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["not_found_url"]


def test_removing_asks_for_the_host_name(browser: Client, domain: Domain) -> None:
    assert browser.post(f"/domains/{HOST}/remove/", {"hostname": "other"}).status_code == 422
    assert browser.post(f"/domains/{HOST}/remove/", {"hostname": HOST}).status_code == 302
    assert not Domain.objects.filter(pk=domain.pk).exists()


@pytest.mark.parametrize("page", ["", "edit/", "remove/"])
def test_strangers_see_nothing_of_a_domain(domain: Domain, logged_in: LogIn, stranger: User, page: str) -> None:
    assert logged_in(stranger).get(f"/domains/{HOST}/{page}").status_code == 404
    assert f"/domains/{HOST}/" not in logged_in(stranger).get("/domains/").content.decode()
    assert Client().get(f"/domains/{HOST}/{page}").status_code == 302


def test_a_missing_link_is_made_from_where_it_was_missed(browser: Client, domain: Domain) -> None:
    Domain.objects.filter(pk=domain.pk).update(verified_at=domain.created_at)

    page = browser.get("/links/new/", {"domain": HOST, "code": "sprng"}).content.decode()

    assert 'value="sprng"' in page
    assert f'<option value="{HOST}" selected>' in page
