"""manage.py erase_clicks --link HOST/CODE | --user EMAIL | --address ADDRESS [--yes]"""

from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import User
from apps.analytics.erasure import erase_address, erase_links, erase_owner
from apps.events.errors import SinkUnavailable
from apps.links.models import Link

_BY = "manage.py erase_clicks"


class Command(BaseCommand):
    help = "Erase the clicks of a link, of a user's links or from an address for good, in the table and in all sums made of it."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--link", metavar="HOST/CODE", help="of this link")
        what.add_argument("--user", metavar="EMAIL", help="on links while they were this user's")
        what.add_argument("--address", help="from this IP address; where only its network is stored, from all of that")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *_args: Any, link: str | None, user: str | None, address: str | None, yes: bool, **_options: Any) -> None:
        if link is not None:
            erase = partial(erase_links, [_link_id(link)], by=_BY)
        elif user is not None:
            erase = partial(erase_owner, _user_id(user), by=_BY)
        else:
            erase = partial(erase_address, address or "", by=_BY)
        if not yes and input(f"Erase the clicks of {link or user or address} for good? Type yes: ") != "yes":
            raise CommandError("nothing erased")
        try:
            erased = erase()
        except SinkUnavailable as error:
            raise CommandError(f"stopped half-way, run it again: {error}") from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        # Of an address that is being forgotten, not even the audit log keeps anything.
        record(action=AuditAction.CLICKS_ERASED, actor=None, target_label=link or user or "", after={"clicks": erased})
        self.stdout.write(f"{erased} clicks erased")


def _link_id(place: str) -> int:
    hostname, _, code = place.partition("/")
    host = hostname.lower()
    found = Q(domain__hostname=host, code=code) | Q(aliases__domain__hostname=host, aliases__code=code)
    link = Link.objects.filter(found).distinct().first()
    if link is None:
        raise CommandError(f"no such link: {place}")
    return link.pk


def _user_id(email: str) -> int:
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"no such user: {email}")
    return user.pk
