"""What the inputs of this app's forms have in common."""

from collections.abc import Mapping
from typing import Final

# Characters. Far above what the rules allow, so that these give the reason and nothing huge is kept.
MAX_INPUT: Final = 20_000
# No help from the browser: codes, hosts and URLs are no words.
PLAIN: Final[Mapping[str, str]] = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
