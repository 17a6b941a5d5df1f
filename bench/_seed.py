"""Links for benchmarks, the same in each run."""

import string
import subprocess
import sys
from collections.abc import Sequence
from random import Random

from bench._processes import ROOT

_BATCH = 5_000


def random_codes(count: int, *, seed: int = 1) -> list[str]:
    """`count` different codes."""
    random = Random(seed)  # noqa: S311 - the same links in each run
    codes: dict[str, None] = {}
    while len(codes) < count:
        codes["".join(random.choices(string.ascii_letters + string.digits, k=7))] = None
    return list(codes)


def destination_of(code: str) -> str:
    return f"https://example.com/some/long/path/{code}?x=1"


def seed(environment: dict[str, str], codes: Sequence[str], *, host: str) -> None:
    """Store a link for each code on the default domain, which becomes `host`.

    In a process of its own, because Django keeps the database that it met first.
    """
    subprocess.run([sys.executable, "-m", "bench._seed", host], env=environment, cwd=ROOT, input="\n".join(codes), text=True, check=True)  # noqa: S603 - ours


def _store(host: str, codes: Sequence[str]) -> None:
    import django  # noqa: PLC0415 - only here are the engines' settings in the environment

    django.setup()
    from apps.accounts.models import User, Workspace  # noqa: PLC0415 - models need the settings
    from apps.links.models import Domain, Link  # noqa: PLC0415

    domain, _ = Domain.objects.update_or_create(is_default=True, defaults={"hostname": host})
    owner = User.objects.create_user("bench@example.com", "correct horse battery staple")
    workspace = Workspace.objects.get(personal_for=owner)
    links = (Link(domain=domain, code=code, destination_url=destination_of(code), workspace=workspace, owner=owner) for code in codes)
    Link.objects.bulk_create(links, batch_size=_BATCH)


if __name__ == "__main__":
    _store(sys.argv[1], sys.stdin.read().split())
