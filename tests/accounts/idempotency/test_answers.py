"""The answer of a request, and what it did, are stored together; the second of two waits for the first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.idempotency import answers
from apps.accounts.idempotency.answers import Answer, StillAtWork, once
from apps.accounts.models import KeptAnswer, User
from tests.cast import make_user

pytestmark = pytest.mark.django_db(transaction=True)

DONE = Answer(201, {}, "{}")


def ask(user: User, act: Callable[[], Answer]) -> Answer:
    return once(actor=user, key="the-key", asked=b"the request", act=act, now=timezone.now())


def test_who_waits_too_long_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_WAIT", 50)
    user = make_user("ann")

    def second() -> Answer:
        try:
            return ask(user, lambda: DONE)
        finally:
            connection.close()

    def first() -> Answer:
        with ThreadPoolExecutor(1) as pool, pytest.raises(StillAtWork) as refusal:
            pool.submit(second).result()
        assert (refusal.value.http_status, refusal.value.params) == (409, {"retry_after": 5})
        return DONE

    assert ask(user, first).is_repeated is False
    assert ask(user, first).is_repeated is True


def test_of_a_request_that_breaks_off_nothing_is_left() -> None:
    user = make_user("ann")

    def breaks() -> Answer:
        User.objects.filter(pk=user.pk).update(full_name="Half done")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(user, breaks)

    assert not KeptAnswer.objects.exists()
    assert User.objects.get().full_name != "Half done"
    assert ask(user, lambda: DONE) == DONE
