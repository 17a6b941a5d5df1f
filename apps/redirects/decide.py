"""The one place that decides what a visitor gets. The hot path asks it when an entry is made, the
ordinary path at each request, so both give the same answer byte for byte."""

import re
from enum import StrEnum
from functools import cache

from apps.redirects.snapshot import Snapshot

_is_sendable = re.compile(r"https?://[\x21-\x7e]+\Z").match
_PHRASES = {302: b"Found"}


class Outcome(StrEnum):
    """REDIRECT, or the reason why there is none, as the visitor's page names it."""

    REDIRECT = "redirect"
    NOT_FOUND = "not_found"
    SCHEDULED = "scheduled"
    BANNED = "banned"
    DISABLED = "disabled"
    EXPIRED = "expired"
    DELETED = "deleted"
    UNAVAILABLE = "unavailable"


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


def redirect_headers(destination: bytes) -> list[tuple[bytes, bytes]]:
    """Headers of the redirect, behind the server's own (date). The location comes first."""
    return [(b"location", destination), (b"cache-control", b"private, no-store"), (b"content-length", b"0")]


@cache
def after_destination() -> bytes:
    """What follows the destination on the wire, to the empty line that ends the head; one object for all links."""
    return b"".join(b"\r\n%b: %b" % header for header in redirect_headers(b"")[1:]) + b"\r\n\r\n"
