"""What Django is told about the link that a request is for, and about the short domain it came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.redirects.decide import Outcome

# Where a scope has the Resolution.
RESOLUTION = "shortener.resolution"
# Where the scope of a request for no link has the hostname of the short domain it came to, if that is one.
SHORT_DOMAIN = "shortener.domain"

# Where a scope says what came of the look-up that this request has waited for, and for which a token of its client is
# gone: UNAVAILABLE when nobody could say, else REDIRECT.
LOOKED_UP = "shortener.looked_up"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Why a visitor is not sent on; the visitor's page tells it."""

    outcome: Outcome
    code: str
    hostname: str


def short_domain_of(scope: Mapping[str, Any]) -> str:
    """The hostname of the short domain that the request of a scope came to; "" when it is none of ours."""
    found: Resolution | None = scope.get(RESOLUTION)
    return found.hostname if found is not None else str(scope.get(SHORT_DOMAIN, ""))
