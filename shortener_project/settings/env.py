"""The one place that reads the process environment for settings."""

import os
from collections.abc import Sequence
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from apps.common.ratelimit.limits import RateLimit

BASE_DIR = Path(__file__).resolve().parents[2]

_env = environ.Env()
environ.Env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))


def text(name: str, *, default: str) -> str:
    """Value of `name`; unset and empty both mean `default`."""
    return str(_env.str(name, default="")).strip() or default


def integer(name: str, *, default: int, minimum: int = 1, maximum: int | None = None) -> int:
    """Value of `name` as a whole number, not less than `minimum` and not more than `maximum`.

    Raises ImproperlyConfigured, naming it, for anything else.
    """
    value = text(name, default=str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}: expected a whole number, got {value!r}") from None
    if number < minimum:
        raise ImproperlyConfigured(f"{name}: expected {minimum} or more, got {number}")
    if maximum is not None and number > maximum:
        raise ImproperlyConfigured(f"{name}: expected {maximum} or less, got {number}")
    return number


def boolean(name: str, *, default: bool) -> bool:
    """Value of `name` as yes or no. Raises ImproperlyConfigured, naming it, for anything else."""
    value = text(name, default=str(default)).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}: expected true or false, got {value!r}")


def choice(name: str, *, default: str, words: Sequence[str]) -> str:
    """Value of `name`, which is one of `words`. Raises ImproperlyConfigured, naming it, for anything else."""
    value = text(name, default=default)
    if value not in words:
        raise ImproperlyConfigured(f"{name}: expected one of {', '.join(words)}, got {value!r}")
    return value


def rate(name: str, *, default: str) -> str:
    """Value of `name` as a limit: requests/seconds such as `600/60`, or `0` for none.

    Raises ImproperlyConfigured, naming it, for anything else.
    """
    value = text(name, default=default)
    try:
        RateLimit.parse(name, value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None
    return value


def words(name: str) -> list[str]:
    """Value of `name` as a comma-separated list without blanks and empty parts."""
    return [part.strip() for part in text(name, default="").split(",") if part.strip()]


def secret(name: str, *, default: str = "") -> str:
    """Value of `name`, or of the file that `{name}_FILE` points to, or `default`.

    Raises ImproperlyConfigured, naming the variable, when that file cannot be read.
    """
    if path := text(f"{name}_FILE", default=""):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: {error.strerror}: {path}") from None
    return text(name, default=default)
