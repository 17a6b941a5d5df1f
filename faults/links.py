"""Links of a stage: made, changed while the load runs, and where each was to lead at which time."""

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from faults.stage import Stage
from tests.load.generator import Answer

if TYPE_CHECKING:
    from apps.links.models import Link

NOWHERE = ""


@dataclass(slots=True)
class Era:
    """From `began` on the link leads to `location`; what was before may be seen until `returned`."""

    location: str
    began: float
    returned: float


@dataclass(slots=True)
class History:
    """Where each path leads, as changes were asked for (monotonic clock)."""

    eras: dict[str, list[Era]] = field(default_factory=dict)

    def add(self, path: str, location: str, *, began: float, returned: float) -> None:
        self.eras.setdefault(path, []).append(Era(location, began, returned))

    def allowed(self, answer: Answer, *, stale: float) -> set[str]:
        """Locations that `answer` may have, each change showing within `stale` seconds."""
        eras = self.eras.get(answer.path, [])
        locations = {NOWHERE} if not eras else set()
        for number, era in enumerate(eras):
            ends = eras[number + 1].returned + stale if number + 1 < len(eras) else float("inf")
            if era.began <= answer.at + answer.took and answer.at <= ends:
                locations.add(era.location)
        return locations

    def wrong(self, answers: list[Answer], *, stale: float) -> list[str]:
        """Redirects to where their link did not lead, and links that were called unknown."""
        return [
            f"{answer.path}->{answer.location or answer.status}"
            for answer in answers
            if answer.status in (301, 302, 307, 308, 404, 410) and answer.location not in self.allowed(answer, stale=stale)
        ]


class Links:
    """Makes and changes links by the product's own services, and keeps their history."""

    def __init__(self, stage: Stage) -> None:
        from apps.accounts.models import User, Workspace  # noqa: PLC0415 - models need the stage's settings
        from apps.links import services  # noqa: PLC0415

        self.stage = stage
        self.services = services
        self.history = History()
        self.owner: User = User.objects.create_user(f"owner-{secrets.token_hex(4)}@example.com", "correct horse battery")
        self.workspace: Workspace = Workspace.objects.get(personal_for=self.owner)

    def make(self, *, code: str = "") -> "Link":
        began = time.monotonic()
        location = f"https://example.com/{secrets.token_hex(6)}"
        link = self.services.create_link(actor=self.owner, workspace=self.workspace, destination_url=location, code=code, now=_now())
        self.history.add(f"/{link.code}", location, began=float("-inf") if not code else began, returned=time.monotonic())
        return link

    def urls(self, count: int) -> list[str]:
        """URLs of new links."""
        return [self.stage.url(self.make().code) for _ in range(count)]

    def edit(self, link: "Link") -> str:
        """Give the link another destination; returns it."""
        from apps.links.changes import LinkChanges  # noqa: PLC0415

        location = f"https://example.com/{secrets.token_hex(6)}"
        changes = LinkChanges(destination_url=location)
        self._change(link, location, lambda: self.services.update_link(actor=self.owner, link=link, changes=changes, now=_now()))
        return location

    def disable(self, link: "Link") -> None:
        self._change(link, NOWHERE, lambda: self.services.set_link_active(actor=self.owner, link=link, is_active=False, now=_now()))

    def enable(self, link: "Link") -> None:
        self._change(
            link, _destination(link), lambda: self.services.set_link_active(actor=self.owner, link=link, is_active=True, now=_now())
        )

    def delete(self, link: "Link") -> None:
        self._change(link, NOWHERE, lambda: self.services.delete_link(actor=self.owner, link=link, now=_now()))

    def restore(self, link: "Link") -> None:
        self._change(link, _destination(link), lambda: self.services.restore_link(actor=self.owner, link=link, now=_now()))

    def _change(self, link: "Link", location: str, work: Callable[[], Any]) -> None:
        began = time.monotonic()
        returned = float("inf")
        try:
            work()
            returned = time.monotonic()
        finally:
            # After an error nobody knows whether it was saved: both may be seen.
            self.history.add(f"/{link.code}", location, began=began, returned=returned)


def _now() -> Any:
    from django.utils import timezone  # noqa: PLC0415

    return timezone.now()


def _destination(link: "Link") -> str:
    link.refresh_from_db()
    return link.destination_url


class Writer(threading.Thread):
    """Edits links in turn and makes new ones, `rate` a second; what fails is kept and goes on."""

    def __init__(self, links: Links, edited: "list[Link]", *, rate: float) -> None:
        super().__init__(daemon=True)
        self.links, self.edited, self.rate = links, edited, rate
        # Destinations of writes that returned, and of those that failed, by code.
        self.done: list[tuple[str, str]] = []
        self.failed: list[tuple[str, str]] = []
        self.errors: list[str] = []
        self.times: list[tuple[float, float]] = []
        self._stop_event = threading.Event()

    def run(self) -> None:
        from django.db import Error, close_old_connections, connections  # noqa: PLC0415

        number = 0
        while not self._stop_event.wait(1 / self.rate):
            close_old_connections()
            began = time.monotonic()
            try:
                self._write(number)
            except Error as error:
                self.errors.append(type(error).__name__)
            self.times.append((began, time.monotonic() - began))
            number += 1
        connections.close_all()

    def _write(self, number: int) -> None:
        if number % 5 == 0:
            code = f"new-{secrets.token_hex(5)}"
            attempt = (code, "")
            try:
                self.links.make(code=code)
            except BaseException:
                self.failed.append(attempt)
                raise
            self.done.append(attempt)
        else:
            self.links.edit(self.edited[number % len(self.edited)])

    def stop(self) -> None:
        """Returns when the last write has ended."""
        self._stop_event.set()
        with suppress(RuntimeError):
            self.join(60)
