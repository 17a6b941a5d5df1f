"""Where the present work comes from. Set once by the edge, so that services need not hand it down."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum


class Via(StrEnum):
    """The way by which somebody came."""

    WEB = "web"
    API = "api"
    ADMIN = "admin"
    COMMAND = "command"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Origin:
    """`address` and `request_id` are "" where there was no request, `api_key_prefix` where no key was used."""

    via: Via = Via.COMMAND
    address: str = ""
    request_id: str = ""
    api_key_prefix: str = ""


# Management commands set nothing.
_current: ContextVar[Origin] = ContextVar("audit_origin", default=Origin())  # noqa: B039 - it is frozen


def current() -> Origin:
    return _current.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """For the block, what is recorded comes from `origin`."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


def name_api_key(prefix: str) -> None:
    """For the rest of the request: it was let in by the API key that begins so."""
    _current.set(replace(_current.get(), api_key_prefix=prefix))
