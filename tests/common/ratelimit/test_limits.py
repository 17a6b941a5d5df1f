"""How limits are written, and what an answer tells of them."""

import pytest

from apps.common.ratelimit.limits import Decision, RateLimit


@pytest.mark.parametrize(("text", "limit"), [("600/60", RateLimit("api", 600, 60)), ("1/86400", RateLimit("api", 1, 86_400)), ("0", None)])
def test_a_limit_is_requests_and_seconds(text: str, limit: RateLimit | None) -> None:
    assert RateLimit.parse("api", text) == limit


@pytest.mark.parametrize(
    "text", ["", "600", "600/", "/60", "0/60", "600/0", "-1/60", "600/60/2", "6.5/60", "many", "1000001/60", "1/86401", "00"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected .* got"):
        RateLimit.parse("api", text)


def test_a_refusal_tells_when_to_come_back() -> None:
    refusal = Decision(RateLimit("api", 60, 30), allowed=False, remaining=0, reset_after=29.2, retry_after=0.3)

    assert refusal.headers() == {
        "RateLimit-Limit": "60",
        "RateLimit-Policy": "60;w=30",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "30",
        "Retry-After": "1",
    }


def test_who_may_pass_is_not_told_to_wait() -> None:
    passed = Decision(RateLimit("api", 60, 30), allowed=True, remaining=59, reset_after=0.5, retry_after=0.0)

    assert "Retry-After" not in passed.headers()
