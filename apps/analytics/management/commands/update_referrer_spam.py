"""manage.py update_referrer_spam [URL]"""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.request import urlopen

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.analytics.enrichment.spam import MAX_BYTES, read_hosts

LIST = "https://raw.githubusercontent.com/matomo-org/referrer-spam-list/master/spammers.txt"
_SECONDS = 30.0


class Command(BaseCommand):
    help = "Fetch the list of hosts that send made-up referrers; ingest uses it within ten seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", nargs="?", default=LIST, help=f"where the list is, one host a line (default: {LIST})")

    def handle(self, *_args: Any, url: str, **_options: Any) -> None:
        if not url.startswith(("https://", "http://")):
            raise CommandError("expected a URL that begins with https:// or http://")
        try:
            with urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - http(s) only, named by the operator
                data = answer.read(MAX_BYTES + 1)
            hosts = read_hosts(data)
        except (OSError, ValueError) as error:
            raise CommandError(f"the list stays as it was: {error}") from error
        if not hosts:
            raise CommandError("the list stays as it was: there is no host in the new one")
        _replace(Path(settings.REFERRER_SPAM_PATH), data)
        self.stdout.write(f"{len(hosts)} hosts in {settings.REFERRER_SPAM_PATH}")


def _replace(path: Path, data: bytes) -> None:
    """Put a new file in the place of the old one, at once."""
    with NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        file.write(data)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
