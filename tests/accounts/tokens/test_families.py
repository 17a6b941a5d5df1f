"""A refresh token is good once: the second to use it ends what came of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, TokenFamily, User
from apps.accounts.sessions import end_all_sessions
from apps.accounts.tokens import families
from apps.accounts.tokens.errors import TokenRefused
from apps.accounts.tokens.families import Client, Tokens
from tests.cast import make_user

pytestmark = pytest.mark.django_db

HOME = Client("192.0.2.1", "Ann's phone")
ELSEWHERE = Client("198.51.100.9", "curl/8")


@pytest.fixture
def ann(db: None) -> User:
    return make_user("ann")


def refused(text: str, client: Client = HOME, *, after: float = 0) -> str:
    """Why a refresh token is refused, some seconds from now."""
    with pytest.raises(TokenRefused) as refusal:
        families.refresh(text, client, now=timezone.now() + timedelta(seconds=after))
    return refusal.value.code


def access(tokens: Tokens) -> str:
    """Whom an access token lets in, or why it does not."""
    try:
        return families.authenticate(tokens.access, now=timezone.now())[0].email
    except TokenRefused as refusal:
        return refusal.code


def test_a_thief_who_is_second_ends_the_family_of_both(ann: User) -> None:
    stolen = families.issue(ann, HOME, now=timezone.now())
    owners = families.refresh(stolen.refresh, HOME, now=timezone.now())

    assert refused(stolen.refresh, ELSEWHERE) == "token_reused"
    assert access(owners) == "token_revoked"
    assert refused(owners.refresh) == "token_revoked"


def test_an_owner_who_is_second_ends_the_family_of_both(ann: User) -> None:
    stolen = families.issue(ann, HOME, now=timezone.now())
    thiefs = families.refresh(stolen.refresh, ELSEWHERE, now=timezone.now())
    assert access(thiefs) == "ann@example.com"

    assert refused(stolen.refresh) == "token_reused"
    assert access(thiefs) == "token_revoked"
    assert refused(thiefs.refresh, ELSEWHERE) == "token_revoked"
    assert AuditLog.objects.filter(action=AuditAction.TOKEN_REUSED, target_id=str(ann.pk)).count() == 1


def test_other_log_ins_of_the_user_go_on(ann: User) -> None:
    other = families.issue(ann, ELSEWHERE, now=timezone.now())
    stolen = families.issue(ann, HOME, now=timezone.now())
    families.refresh(stolen.refresh, HOME, now=timezone.now())
    refused(stolen.refresh, ELSEWHERE)

    assert access(other) == "ann@example.com"


def test_a_client_whose_answer_was_lost_gets_the_same_refresh_token_again(ann: User) -> None:
    first = families.issue(ann, HOME, now=timezone.now())
    lost = families.refresh(first.refresh, HOME, now=timezone.now())
    again = families.refresh(first.refresh, HOME, now=timezone.now() + timedelta(seconds=8))

    assert again.refresh == lost.refresh
    assert access(again) == "ann@example.com"
    assert families.refresh(again.refresh, HOME, now=timezone.now()).refresh != again.refresh


def test_later_it_counts_as_stolen(ann: User) -> None:
    first = families.issue(ann, HOME, now=timezone.now())
    families.refresh(first.refresh, HOME, now=timezone.now())

    assert refused(first.refresh, after=12) == "token_reused"


def test_a_token_before_the_one_before_counts_as_stolen_at_once(ann: User) -> None:
    first = families.issue(ann, HOME, now=timezone.now())
    second = families.refresh(first.refresh, HOME, now=timezone.now())
    families.refresh(second.refresh, HOME, now=timezone.now())

    assert refused(first.refresh) == "token_reused"


def test_all_log_ins_end_with_the_sessions(ann: User) -> None:
    tokens = families.issue(ann, HOME, now=timezone.now())
    end_all_sessions(ann)

    assert access(tokens) == "token_revoked"
    assert refused(tokens.refresh) == "token_revoked"


def test_the_tokens_of_a_closed_account_let_nobody_in(ann: User) -> None:
    tokens = families.issue(ann, HOME, now=timezone.now())
    User.objects.update(is_active=False)

    assert access(tokens) == refused(tokens.refresh) == "token_revoked"


def test_a_family_ends_however_often_it_is_refreshed(ann: User) -> None:
    tokens = families.issue(ann, HOME, now=timezone.now())
    TokenFamily.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    tokens = families.refresh(tokens.refresh, HOME, now=timezone.now())

    assert tokens.refresh_expires_at <= timezone.now() + timedelta(seconds=30)
    assert refused(tokens.refresh, after=31) == "token_revoked"


@pytest.mark.parametrize(
    ("change", "days"),
    [
        ({}, 15),
        ({"revoked_at": timezone.now}, 1),
        ({"current_issued_at": lambda: timezone.now() + timedelta(days=400)}, 91),
    ],
    ids=["unused", "revoked", "over"],
)
def test_families_of_which_no_token_is_left_are_forgotten(ann: User, change: dict[str, Callable[[], datetime]], days: int) -> None:
    families.issue(ann, HOME, now=timezone.now())
    TokenFamily.objects.update(**{name: make() for name, make in change.items()})
    assert families.purge(now=timezone.now() + timedelta(days=days, minutes=-5)) == 0

    assert families.purge(now=timezone.now() + timedelta(days=days, minutes=5)) == 1


def test_only_the_last_log_ins_of_a_user_stay(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "MOST_FAMILIES", 2)
    issued = [families.issue(ann, HOME, now=timezone.now() + timedelta(seconds=number)) for number in range(-3, 0)]

    assert [access(tokens) for tokens in issued] == ["token_revoked", "ann@example.com", "ann@example.com"]


def test_a_user_agent_of_any_characters_is_kept_as_it_can_be_shown(ann: User) -> None:
    families.issue(ann, Client("192.0.2.1", "a\0b\udcff\u202e" + "x" * 5000), now=timezone.now())

    assert TokenFamily.objects.get().user_agent == ("ab" + "x" * 5000)[:300]


def test_the_table_holds_no_token(ann: User) -> None:
    tokens = families.issue(ann, HOME, now=timezone.now())
    row = str(list(TokenFamily.objects.values()))

    assert tokens.refresh.split(".")[2] not in row
    assert tokens.access.split(".")[2] not in row


def test_who_sends_a_token_is_found_by_one_query(ann: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    tokens = families.issue(ann, HOME, now=timezone.now())

    with django_assert_num_queries(1):
        families.authenticate(tokens.access, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_clients_that_come_at_once_with_one_token_one_family_comes_out() -> None:
    first = families.issue(make_user("ann"), HOME, now=timezone.now())

    def come(number: int) -> str:
        try:
            return families.refresh(first.refresh, Client("192.0.2.1", f"client {number}"), now=timezone.now()).refresh
        except TokenRefused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        came = sorted(pool.map(come, range(4)), key=len)

    assert came[:3] == ["token_reused", "token_revoked", "token_revoked"]
    assert came[3] not in {"token_reused", "token_revoked"}
    assert refused(came[3]) == "token_revoked"
