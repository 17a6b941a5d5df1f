"""Strangers are stopped, owners are not."""

from collections.abc import Iterable, Iterator

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from apps.accounts.lockout import TooManyAttempts, check, devices, failed, forgive, succeeded
from apps.accounts.lockout.attempts import get_lockout

OWNER, HOME = "owner@example.com", "203.0.113.7"


@pytest.fixture(autouse=True, params=["with redis", "without redis"])
def lockout(request: pytest.FixtureRequest, settings: Settings) -> Iterator[None]:
    if request.param == "without redis":
        settings.REDIS_URL = "redis://127.0.0.1:1"
    get_lockout.cache_clear()
    yield
    get_lockout.cache_clear()


def guess(email: str = OWNER, address: str = "198.51.100.1", times: int = 1, device: str = "") -> None:
    for _ in range(times):
        check(email, address, device=device)
        failed(email, address, device=device)


def log_in(address: str = HOME, device: str = "") -> None:
    check(OWNER, address, device=device)
    succeeded(OWNER, address, device=device)


def guess_from(addresses: Iterable[str]) -> None:
    for address in addresses:
        guess(address=address)


def storm() -> None:
    """A botnet tries the owner's account until it is shut out."""
    with pytest.raises(TooManyAttempts):
        guess_from([f"198.51.{number}.1" for number in range(100)])


def test_one_address_is_stopped_after_five_guesses_and_told_for_how_long() -> None:
    guess(times=4)
    check(OWNER, "198.51.100.1")
    assert failed(OWNER, "198.51.100.1")

    with pytest.raises(TooManyAttempts) as refusal:
        check(OWNER, "198.51.100.1")
    assert 25 < refusal.value.retry_after <= 30
    assert refusal.value.http_status == 429


def test_addresses_of_one_network_of_ipv6_count_as_one() -> None:
    with pytest.raises(TooManyAttempts):
        guess_from([f"2001:db8::{number + 1}" for number in range(6)])


def test_another_account_at_the_address_and_another_address_are_not_stopped() -> None:
    guess(times=5)

    guess("other@example.com")
    guess(address="198.51.100.2")


def test_many_addresses_are_stopped_together(settings: Settings) -> None:
    settings.LOCKOUT_ACCOUNT_ATTEMPTS = 8
    storm()

    with pytest.raises(TooManyAttempts):
        guess(address="192.0.2.99")


def test_the_owner_comes_in_from_a_known_address_while_strangers_try() -> None:
    log_in()
    storm()

    log_in()


def test_the_owner_comes_in_from_a_known_device_wherever_it_is() -> None:
    storm()

    log_in("192.0.2.1", device="laptop")


def test_a_stranger_at_the_owners_own_address_does_not_stop_the_owners_device() -> None:
    log_in()
    guess(address=HOME, times=5)
    with pytest.raises(TooManyAttempts):
        guess(address=HOME)

    log_in(device="laptop")


def test_a_known_device_has_its_own_limit() -> None:
    guess(device="laptop", times=5)

    with pytest.raises(TooManyAttempts):
        guess(device="laptop")


def test_a_log_in_forgives_what_was_mistyped_before() -> None:
    for _ in range(3):
        guess(address=HOME, times=4)
        log_in()


def test_log_ins_do_not_use_up_the_address() -> None:
    for number in range(60):
        check(f"{number}@example.com", HOME)
        succeeded(f"{number}@example.com", HOME)


def test_one_address_cannot_try_one_password_on_every_account() -> None:
    for number in range(50):
        guess(f"{number}@example.com")

    with pytest.raises(TooManyAttempts):
        guess("50@example.com")


def test_a_reset_lets_the_owner_in_from_anywhere() -> None:
    storm()
    forgive(OWNER, "192.0.2.1")

    log_in("192.0.2.1")
    storm()
    log_in("192.0.2.1")


def test_an_address_that_is_none_is_limited_too() -> None:
    with pytest.raises(TooManyAttempts):
        guess(address="", times=6)


def test_the_case_of_the_e_mail_address_makes_no_difference() -> None:
    guess(times=5)

    with pytest.raises(TooManyAttempts):
        guess(" Owner@Example.COM")


def cookie_after(*emails: str, before: str = "") -> str:
    for email in emails:
        request, response = RequestFactory().get("/"), HttpResponse()
        request.COOKIES["device"] = before
        devices.keep(request, response, email)
        before = response.cookies["device"].value
    return before


def device_by(cookie: str, email: str) -> str:
    request = RequestFactory().get("/")
    request.COOKIES["device"] = cookie
    return devices.known(request, email)


def test_a_device_is_known_for_the_accounts_that_logged_in_from_it() -> None:
    cookie = cookie_after(OWNER, "second@example.com")

    assert device_by(cookie, OWNER.upper())
    assert device_by(cookie, OWNER) == device_by(cookie_after(OWNER, before=cookie), OWNER)
    assert device_by(cookie, "second@example.com") != device_by(cookie, OWNER)
    assert not device_by(cookie, "third@example.com")


@pytest.mark.parametrize("cookie", ["", "nonsense", "W10:1abc:forged"])
def test_a_forged_cookie_makes_no_device(cookie: str) -> None:
    assert not device_by(cookie, OWNER)


def test_the_account_used_longest_ago_is_no_longer_known_beyond_five() -> None:
    cookie = cookie_after(OWNER, *(f"{number}@example.com" for number in range(5)))

    assert not device_by(cookie, OWNER)
    assert device_by(cookie, "0@example.com")
    assert len(cookie) < 1000
