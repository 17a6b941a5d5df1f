"""Domains of the installation in the back office."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.links.domains import default_domain
from apps.links.models import Domain
from tests.cast import LogIn, make_user

pytestmark = pytest.mark.django_db
EMPTY = {"root_url": "", "not_found_url": "", "expired_url": "", "apple_app_ids": "[]", "android_apps": "[]"}


@pytest.fixture
def office(logged_in: LogIn) -> Client:
    return logged_in(make_user("root", is_staff=True, is_superuser=True))


def test_a_domain_for_all_is_added_and_told_what_to_do(office: Client) -> None:
    sent = EMPTY | {"hostname": "All.Example.com", "root_url": "https://www.example.com", "apple_app_ids": '["ABCDE12345.com.example.app"]'}

    assert office.post(reverse("admin:links_domain_add"), sent).status_code == 302

    domain = Domain.objects.get(hostname="all.example.com")
    assert (domain.root_url, domain.apple_app_ids, domain.is_serving) == ("https://www.example.com/", ["ABCDE12345.com.example.app"], True)


def test_the_default_domain_gets_settings_and_keeps_its_name(office: Client) -> None:
    domain = default_domain()
    url = reverse("admin:links_domain_change", args=[domain.pk])

    assert office.post(url, EMPTY | {"hostname": "other.example.com", "not_found_url": "https://example.com/404"}).status_code == 302

    domain.refresh_from_db()
    assert (domain.hostname != "other.example.com", domain.not_found_url) == (True, "https://example.com/404")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("root_url", "javascript:alert(1)"),
        ("expired_url", "https://all.example.com/"),
        ("apple_app_ids", '["com.example.app"]'),
        ("apple_app_ids", '"ABCDE12345.com.example.app"'),
        ("apple_app_ids", "[7]"),
        ("android_apps", '[{"package": "com.example.app"}]'),
        ("android_apps", '{"package": "com.example.app"}'),
    ],
)
def test_what_a_domain_cannot_be_told_is_refused_at_its_field(office: Client, field: str, value: str) -> None:
    answer = office.post(reverse("admin:links_domain_add"), EMPTY | {"hostname": "all.example.com", field: value})

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors[field]
    assert not Domain.objects.filter(hostname="all.example.com").exists()
