"""Rules of products that have one destination for each system and each country."""

from collections.abc import Sequence
from typing import Any


def rule(priority: int, destination_url: str, kind: str, values: Sequence[str]) -> dict[str, Any]:
    return {"priority": priority, "conditions": [{"kind": kind, "values": list(values)}], "destination_url": destination_url, "weight": 1}


def rules(*, ios: str, android: str, by_country: Any) -> list[dict[str, Any]]:
    """One for each system, then one for each country. What is no country is left to the judge of rules."""
    found = [rule(0, url, "os", [system]) for system, url in (("iOS", ios), ("Android", android)) if url]
    countries = by_country if isinstance(by_country, dict) else {}
    found += [rule(1, url, "country", [country.upper()]) for country, url in countries.items() if isinstance(url, str) and url]
    return found
