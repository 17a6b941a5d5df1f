"""Which domains of e-mail addresses may have accounts."""

import pytest
from disposable_email_domains import blocklist
from pytest_django import Settings

from apps.accounts.signup.domains import DomainRefused, require_allowed
from tests.shared_data import shared_data


def is_allowed(domain: str) -> bool:
    try:
        require_allowed(f"somebody@{domain}")
    except DomainRefused:
        return False
    return True


@pytest.mark.parametrize("domain", ["example.com", "gmail.com", "münchen.de", "xn--mnchen-3ya.de", "mail.example.co.uk"])
def test_ordinary_domains_are_allowed(domain: str) -> None:
    assert is_allowed(domain)


@pytest.mark.parametrize("domain", ["mailinator.com", "MAILINATOR.com", "mailinator.com.", "sub.mailinator.com", "a.b.mailinator.com"])
def test_throw_away_addresses_are_refused_unless_the_rule_is_switched_off(settings: Settings, domain: str) -> None:
    assert not is_allowed(domain)
    settings.SIGNUP_REFUSE_THROWAWAY = False
    assert is_allowed(domain)


def test_what_only_ends_like_a_listed_domain_is_another_one() -> None:
    assert is_allowed("example-mailinator.com")
    assert is_allowed("com")


@pytest.mark.parametrize(
    ("domain", "allowed"), [("corp.example", True), ("eu.CORP.example", True), ("example", False), ("evilcorp.example", False)]
)
def test_an_allow_list_lets_in_its_domains_and_those_below(settings: Settings, domain: str, allowed: bool) -> None:
    settings.SIGNUP_ALLOWED_DOMAINS = ["corp.example", "@other.example"]

    assert is_allowed(domain) is allowed


def test_an_allow_list_outweighs_the_list_of_throw_away_domains(settings: Settings) -> None:
    settings.SIGNUP_ALLOWED_DOMAINS = ["mailinator.com"]

    assert is_allowed("mailinator.com")


@pytest.mark.parametrize("domain", ["bad.example", "sub.bad.example", "bücher.example", "xn--bcher-kva.example"])
def test_a_deny_list_refuses_its_domains_in_every_spelling(settings: Settings, domain: str) -> None:
    settings.SIGNUP_DENIED_DOMAINS = ["bad.example", "Bücher.example"]
    settings.SIGNUP_ALLOWED_DOMAINS = ["example"]

    assert not is_allowed(domain)
    assert is_allowed("good.example")


def test_the_public_list_is_refused_but_for_what_the_package_has_dropped() -> None:
    listed = shared_data("disposable-email/disposable_email_blocklist.conf").read_text().split()
    allowed = [domain for domain in listed if is_allowed(domain)]

    assert len(listed) > 8000
    assert not set(allowed) & blocklist
    assert len(allowed) <= len(listed) // 1000
    assert not any(is_allowed(f"Sub.{domain.upper()}") for domain in listed if domain not in allowed)
