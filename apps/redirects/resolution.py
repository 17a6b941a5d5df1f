"""What Django is told about the link that a request is for."""

from dataclasses import dataclass

from apps.redirects.decide import Outcome

# Where a scope has the Resolution.
RESOLUTION = "shortener.resolution"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Why a visitor is not sent on; the visitor's page tells it."""

    outcome: Outcome
    code: str
    hostname: str
