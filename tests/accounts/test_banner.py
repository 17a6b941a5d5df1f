"""Whether pages should ask for verification."""

import time

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from apps.accounts.context_processors import RECHECK_SECONDS, SESSION_KEY, accounts
from apps.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> SessionBase:
    return SessionStore()


def is_verified(actor: User | AnonymousUser, session: SessionBase) -> bool:
    request = RequestFactory().get("/")
    request.user, request.session = actor, session
    return bool(accounts(request)["email_is_verified"])


def verify(user: User) -> None:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def test_nobody_is_asked_who_is_not_logged_in(session: SessionBase) -> None:
    assert is_verified(AnonymousUser(), session)
    assert bool(accounts(RequestFactory().get("/"))["email_is_verified"])


def test_a_page_that_does_not_ask_costs_nothing(
    stranger: User, session: SessionBase, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = RequestFactory().get("/")
    request.user, request.session = stranger, session
    with django_assert_num_queries(0):
        accounts(request)
    assert SESSION_KEY not in session


def test_a_verified_address_is_looked_up_once_a_session(
    stranger: User, session: SessionBase, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    verify(stranger)
    with django_assert_num_queries(1):
        assert [is_verified(stranger, session) for _ in range(3)] == [True] * 3


def test_an_address_that_is_not_verified_is_looked_up_once_a_minute(
    stranger: User, session: SessionBase, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    with django_assert_num_queries(1):
        assert [is_verified(stranger, session) for _ in range(3)] == [False] * 3

    verify(stranger)
    assert not is_verified(stranger, session)
    later = time.time() + RECHECK_SECONDS
    monkeypatch.setattr(time, "time", lambda: later)
    assert is_verified(stranger, session)


def test_the_old_address_does_not_count(stranger: User, session: SessionBase) -> None:
    EmailAddress.objects.create(user=stranger, email="old@example.com", verified=True, primary=True)

    assert not is_verified(stranger, session)
