import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, transaction
from pytest_django import Settings

from apps.links import hostnames
from apps.links.domains import default_domain, ensure_default_domain
from apps.links.models import Domain

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "scheme", "hostname"),
    [
        ("Sho.RT", "https", "sho.rt"),
        ("sho.rt.", "https", "sho.rt"),
        ("sho.rt:443", "https", "sho.rt"),
        ("sho.rt:443", "http", "sho.rt:443"),
        ("localhost:8000", "http", "localhost:8000"),
        ("bücher.example", "https", "xn--bcher-kva.example"),
        ("[::1]:8000", "http", "[::1]:8000"),
        ("a/b", "https", None),
        ("a?b", "https", None),
        ("user@a", "https", None),
        ("", "https", None),
        ("a b", "https", None),
    ],
)
def test_a_host_has_one_spelling(text: str, scheme: str, hostname: str | None) -> None:
    assert hostnames.normalise(text, scheme=scheme) == hostname


def test_there_is_a_default_domain_after_migrations(settings: Settings) -> None:
    assert default_domain().hostname == settings.SHORT_DOMAIN
    assert ensure_default_domain() == default_domain()
    assert Domain.objects.count() == 1


def test_the_default_domain_is_renamed_with_the_setting(settings: Settings) -> None:
    before = default_domain()
    settings.SHORT_DOMAIN = "Sho.rt."

    after = ensure_default_domain()

    assert (after.pk, after.hostname, after.is_default) == (before.pk, "sho.rt", True)


def test_a_domain_that_is_there_becomes_the_default_one(settings: Settings) -> None:
    before = default_domain()
    other = Domain.objects.create(hostname="sho.rt")
    settings.SHORT_DOMAIN = "sho.rt"

    assert ensure_default_domain() == other
    before.refresh_from_db()
    assert (before.is_default, Domain.objects.get(is_default=True)) == (False, other)


def test_a_setting_that_is_no_host_is_named(settings: Settings) -> None:
    settings.SHORT_DOMAIN = "sho.rt/path"

    with pytest.raises(ImproperlyConfigured, match="SHORT_DOMAIN"):
        ensure_default_domain()


def test_migrating_makes_the_default_domain_and_can_be_repeated() -> None:
    Domain.objects.all().delete()

    call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0)

    assert Domain.objects.filter(is_default=True).count() == 1


def test_the_database_holds_no_second_default_and_no_upper_case() -> None:
    for fields in ({"hostname": "b.example", "is_default": True}, {"hostname": "B.example"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Domain.objects.create(**fields)
