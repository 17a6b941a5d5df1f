"""What becomes of failures of a part that is asked behind a circuit breaker."""

import pytest

from apps.common.breaker import FAILURES_TO_OPEN, BreakerState
from apps.common.guard import Guarded


class Away(Exception):
    """The part is away."""


class Part(Guarded):
    failing = (OSError,)
    unavailable = Away
    failed_event = "part_failed"

    def ask(self, error: BaseException | None = None) -> str:
        with self.asking():
            if error is not None:
                raise error
            return "answer"


def fail(part: Part, error: Exception) -> None:
    with pytest.raises(Away) as raised:
        part.ask(error)
    assert raised.value.__cause__ is error


def test_an_answer_ends_a_row_of_failures() -> None:
    part = Part()
    for _ in range(2):
        for _ in range(FAILURES_TO_OPEN - 1):
            fail(part, OSError())
        assert part.ask() == "answer"

    assert part.breaker.state is BreakerState.CLOSED
    assert part.failures == 2 * (FAILURES_TO_OPEN - 1)


def test_a_part_that_fails_again_and_again_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    part = Part()
    for _ in range(FAILURES_TO_OPEN):
        fail(part, TimeoutError("late"))

    with pytest.raises(Away) as raised:
        part.ask()
    assert raised.value.__cause__ is None
    assert (part.failures, part.breaker.opened) == (FAILURES_TO_OPEN, 1)
    assert caplog.messages == ["part_failed error=TimeoutError('late')"] * FAILURES_TO_OPEN


@pytest.mark.parametrize("error", [ValueError(), KeyboardInterrupt()], ids=repr)
def test_other_errors_pass_and_say_nothing_about_the_part(error: BaseException) -> None:
    part = Part()
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(type(error)):
            part.ask(error)

    assert part.ask() == "answer"
    assert part.failures == 0
