"""Checks at the start of settings about passwords."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from apps.accounts.passwords.breached import BreachedList, CorruptList


@register()
def breached_list(**_kwargs: Any) -> list[CheckMessage]:
    """E020: the list of breached passwords, if there is one, can be read and is sorted."""
    path = settings.PASSWORD_BREACHED_LIST
    if not path:
        return []
    hint = "Name a file of SHA-1 hashes ordered by hash, as haveibeenpwned's downloader writes it, or leave the setting empty."
    try:
        BreachedList(Path(path)).check()
    except OSError as error:
        reason = error.strerror or repr(error)
    except CorruptList as error:
        reason = str(error)
    else:
        return []
    return [Error(f"PASSWORD_BREACHED_LIST is {path!r}: {reason}.", hint=hint, id="shortener.E020")]
