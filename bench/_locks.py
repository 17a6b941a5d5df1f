"""Links that ask for a password."""

import subprocess
import sys
from collections.abc import Sequence

from bench._processes import ROOT


def add(environment: dict[str, str], codes: Sequence[str]) -> None:
    """Give the links with these codes a password, in a process of its own, as `_seed.seed` does."""
    subprocess.run([sys.executable, "-m", "bench._locks"], env=environment, cwd=ROOT, input="\n".join(codes), text=True, check=True)


def _store(codes: Sequence[str]) -> None:
    import django  # noqa: PLC0415 - only here are the engines' settings in the environment

    django.setup()
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415 - hashers need the settings

    from apps.links.models import Link  # noqa: PLC0415 - so do models

    Link.objects.filter(code__in=codes).update(password_hash=make_password("correct horse battery staple"))


if __name__ == "__main__":
    _store(sys.stdin.read().split())
