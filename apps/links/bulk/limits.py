"""What one call may ask for."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext as _

from apps.links.changes import LinkOptions
from apps.links.errors import LinkError

# Of one call.
MAX_LINKS: Final = 1000
# A password takes some tenths of a second to hash, on purpose.
MAX_PASSWORDS: Final = 20


def beyond_passwords(asked: Iterable[LinkOptions]) -> Iterator[LinkError | None]:
    """For each, in order, an error if it sets a password and MAX_PASSWORDS before it have done so."""
    passwords = 0
    for options in asked:
        sets_one = isinstance(options.password, str) and bool(options.password)
        passwords += sets_one
        yield _too_many() if sets_one and passwords > MAX_PASSWORDS else None


def _too_many() -> LinkError:
    message = _("One call can protect %(limit)d links by passwords at most.") % {"limit": MAX_PASSWORDS}
    return LinkError(message, code="too_many_passwords", field="password")
