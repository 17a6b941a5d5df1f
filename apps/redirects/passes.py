"""What a visitor's browser keeps to show that a gate was passed: a signed cookie for one link."""

import hashlib
from collections.abc import Mapping

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpResponse

from apps.redirects.decide import Outcome
from apps.redirects.snapshot import Snapshot

# How long each gate stays open for a visitor (s): a password for an hour; warnings and limits on
# clicks ask anew each time, so only until the browser has followed.
LIFETIMES: Mapping[Outcome, int] = {Outcome.LOCKED: 3600, Outcome.FLAGGED: 30, Outcome.HELD: 30}


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="redirects.passes")


def cookie_name(gate: Outcome) -> str:
    """Of the gate's cookie. Its path is the link's, so it cannot have the prefix `__Host-`."""
    return f"__Secure-pass-{gate}" if settings.CSRF_COOKIE_SECURE else f"pass-{gate}"


def _subject(gate: Outcome, snapshot: Snapshot) -> str:
    """What the pass is for: another password, or another destination after a warning, needs another one."""
    what = snapshot.password_hash if gate is Outcome.LOCKED else snapshot.destination_url
    digest = hashlib.sha256(what.encode()).hexdigest()[:32]
    return f"{gate}:{snapshot.link_id}:{digest}"


def give(response: HttpResponse, gate: Outcome, snapshot: Snapshot, code: str) -> None:
    """Let the browser that gets `response` through `gate` of the link, which it knows by `code`."""
    response.set_cookie(
        cookie_name(gate),
        _signer().sign(_subject(gate, snapshot)).partition(_subject(gate, snapshot))[2],
        max_age=LIFETIMES[gate],
        path=f"/{code}",
        secure=settings.CSRF_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def has(cookies: Mapping[str, str], gate: Outcome, snapshot: Snapshot) -> bool:
    """Whether one of the visitor's `cookies` is a pass for `gate` that holds now."""
    mark = cookies.get(cookie_name(gate), "")
    if not mark:
        return False
    try:
        _signer().unsign(_subject(gate, snapshot) + mark, max_age=LIFETIMES[gate])
    except BadSignature:
        return False
    return True
