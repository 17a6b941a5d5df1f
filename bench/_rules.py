"""Five redirect rules for each of many links: none fits the load's browser but the last."""

import subprocess
import sys
from collections.abc import Sequence

from bench._processes import ROOT

RULES = (
    [{"kind": "country", "values": ["JP", "KR"]}],
    [{"kind": "os", "values": ["iOS"]}, {"kind": "language", "values": ["fr"]}],
    [{"kind": "query", "name": "ref", "values": ["mail"]}],
    [{"kind": "browser", "values": ["Firefox"]}, {"kind": "device", "values": ["mobile"]}],
    [{"kind": "device", "values": ["desktop"]}, {"kind": "language", "values": ["en"]}],
)


def destination_of(code: str) -> str:
    """Where the load's browser is sent."""
    return f"https://example.org/for/desktops/{code}"


def add(environment: dict[str, str], codes: Sequence[str]) -> None:
    """Store the rules of the links with these codes, in a process of its own, as `_seed.seed` does."""
    subprocess.run([sys.executable, "-m", "bench._rules"], env=environment, cwd=ROOT, input="\n".join(codes), text=True, check=True)


def _store(codes: Sequence[str]) -> None:
    import django  # noqa: PLC0415 - only here are the engines' settings in the environment

    django.setup()
    from apps.links.conditions import checked  # noqa: PLC0415 - models need the settings
    from apps.links.models import Link, RedirectRule  # noqa: PLC0415

    conditions = [checked(rule) for rule in RULES]
    RedirectRule.objects.bulk_create(
        RedirectRule(link=link, priority=number, conditions=rule, destination_url=destination_of(link.code))
        for link in Link.objects.filter(code__in=codes)
        for number, rule in enumerate(conditions)
    )


if __name__ == "__main__":
    _store(sys.stdin.read().split())
