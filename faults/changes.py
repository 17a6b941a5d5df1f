"""Kinds of change whose showing is timed. Each prepares a link, makes the change, and knows the new answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from faults.links import Links, unused_code
from faults.probes import Seen

if TYPE_CHECKING:
    from apps.links.models import Link

IsNew = Callable[[Seen], bool]
_EXPIRES_IN = timedelta(milliseconds=300)


@dataclass(frozen=True, slots=True)
class Made:
    """A change that has been made: what is asked for, which answer is new, since when (monotonic clock)."""

    code: str
    is_new: IsNew
    since: float


# Makes a change; before it calls the argument with the code, which must be in all caches then.
Change = Callable[[Callable[[str], None]], Made]


def leads_to(location: str) -> IsNew:
    return lambda seen: seen.location == location


def leads_nowhere(seen: Seen) -> bool:
    return not seen.location


class Changes:
    """All kinds, by name."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self.kinds: dict[str, Change] = {
            "edit": self._edit,
            "disable": self._ends(lambda link: links.set_active(link, is_active=False)),
            "enable": self._begins(
                lambda link: links.set_active(link, is_active=False), lambda link: links.set_active(link, is_active=True)
            ),
            "delete": self._ends(links.delete),
            "restore": self._begins(links.delete, links.restore),
            "ban": self._ends(links.ban),
            "unban": self._begins(links.ban, links.unban),
            "create": self._create,
            "rename": self._rename,
            "edit behind an alias": self._edit_behind_alias,
            "expire": self._expire,
            "un-expire": self._begins(self._let_expire, links.never_expire),
        }

    def _ends(self, work: "Callable[[Link], object]") -> Change:
        """A change after which the link leads nowhere."""

        def change(warm: Callable[[str], None]) -> Made:
            link = self._links.make()
            warm(link.code)
            work(link)
            return Made(link.code, leads_nowhere, time.monotonic())

        return change

    def _begins(self, before: "Callable[[Link], object]", work: "Callable[[Link], object]") -> Change:
        """A change after which the link leads to its destination again."""

        def change(warm: Callable[[str], None]) -> Made:
            link = self._links.make()
            before(link)
            warm(link.code)
            work(link)
            return Made(link.code, leads_to(link.destination_url), time.monotonic())

        return change

    def _edit(self, warm: Callable[[str], None]) -> Made:
        link = self._links.make()
        warm(link.code)
        location = self._links.edit(link)
        return Made(link.code, leads_to(location), time.monotonic())

    def _create(self, warm: Callable[[str], None]) -> Made:
        code = unused_code()
        warm(code)
        link = self._links.make(code=code)
        return Made(code, leads_to(link.destination_url), time.monotonic())

    def _rename(self, warm: Callable[[str], None]) -> Made:
        link, code = self._links.make(), unused_code()
        warm(code)
        self._links.rename(link, code)
        return Made(code, leads_to(link.destination_url), time.monotonic())

    def _edit_behind_alias(self, warm: Callable[[str], None]) -> Made:
        link = self._links.make()
        alias = link.code
        self._links.rename(link, unused_code())
        warm(alias)
        location = self._links.edit(link)
        return Made(alias, leads_to(location), time.monotonic())

    def _expire(self, warm: Callable[[str], None]) -> Made:
        link = self._links.make()
        warm(link.code)
        left = self._links.expire(link, after=_EXPIRES_IN)
        ends = time.monotonic() + left
        time.sleep(max(0.0, left))
        return Made(link.code, leads_nowhere, ends)

    def _let_expire(self, link: "Link") -> None:
        self._links.expire(link, after=_EXPIRES_IN)
        time.sleep(_EXPIRES_IN.total_seconds() + 0.1)
