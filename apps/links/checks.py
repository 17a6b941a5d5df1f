"""System checks of the settings about links."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from apps.links import codes
from apps.links.models import DESTINATION_MAX_LENGTH

# Shorter codes are soon found by trying all of them.
_CODE_MIN_LENGTH = 5


@register()
def code_length(**_kwargs: Any) -> list[CheckMessage]:
    """E001: generated codes can neither be guessed nor be too long to store."""
    return _within("E001", "CODE_LENGTH", _CODE_MIN_LENGTH, codes.MAX_LENGTH)


@register()
def destination_length(**_kwargs: Any) -> list[CheckMessage]:
    """E002: the database can hold the longest destination URL that is allowed."""
    return _within("E002", "DESTINATION_MAX_LENGTH", 1, DESTINATION_MAX_LENGTH)


def _within(number: str, name: str, least: int, most: int) -> list[CheckMessage]:
    value = getattr(settings, name)
    if least <= value <= most:
        return []
    return [Error(f"{name} is {value}.", hint=f"Set {name} to a number from {least} to {most}.", id=f"links.{number}")]
