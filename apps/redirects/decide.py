"""The one place that decides what a visitor gets. The hot path asks it when an entry is made, the
ordinary path at each request, so both give the same answer byte for byte."""

import re
from enum import StrEnum
from functools import lru_cache

from apps.redirects.snapshot import Snapshot

_is_sendable = re.compile(r"https?://[\x21-\x7e]+\Z").match


class Outcome(StrEnum):
    """REDIRECT, or the reason why there is none, as the visitor's page names it."""

    REDIRECT = "redirect"
    NOT_FOUND = "not_found"
    SCHEDULED = "scheduled"
    BANNED = "banned"
    DISABLED = "disabled"
    EXPIRED = "expired"
    # The clicks that the link may have are used up.
    EXHAUSTED = "exhausted"
    DELETED = "deleted"
    UNAVAILABLE = "unavailable"
    # Gates, which a visitor can pass: a password, a warning, and for machines a limit on clicks.
    LOCKED = "locked"
    FLAGGED = "flagged"
    HELD = "held"


def is_sendable(destination_url: str) -> bool:
    """Whether the URL may stand in a Location header, whatever way it came into the database."""
    return _is_sendable(destination_url) is not None


def decide(snapshot: Snapshot | None, now_ns: int) -> Outcome:
    """What a visitor meets at `now_ns`; None means that there is no link."""
    if snapshot is None:
        return Outcome.NOT_FOUND
    if (state := _out_of_service(snapshot)) is not None:
        return state
    if snapshot.expires_at_ns and snapshot.expires_at_ns <= now_ns:
        return Outcome.EXPIRED
    if now_ns < snapshot.valid_from_ns:
        return Outcome.SCHEDULED
    return Outcome.REDIRECT


def _out_of_service(snapshot: Snapshot) -> Outcome | None:
    if snapshot.is_deleted:
        return Outcome.DELETED
    if snapshot.is_banned:
        return Outcome.BANNED
    if not snapshot.is_active or not is_sendable(snapshot.destination_url):
        return Outcome.DISABLED
    return None


def redirect_headers(destination: bytes, max_age: int = 0) -> list[tuple[bytes, bytes]]:
    """Headers of the redirect, behind the server's own (date). The location comes first. A browser may
    keep the answer for `max_age` seconds."""
    kept = b"private, max-age=%d" % max_age if max_age else b"private, no-store"
    return [(b"location", destination), (b"cache-control", kept), (b"content-length", b"0")]


@lru_cache(1024)
def after_destination(max_age: int = 0) -> bytes:
    """What follows the destination on the wire, to the empty line that ends the head; one object for all links."""
    return b"".join(b"\r\n%b: %b" % header for header in redirect_headers(b"", max_age)[1:]) + b"\r\n\r\n"
