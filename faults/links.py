"""Links of a stage: made, changed while the load runs, and where each was to lead at which time."""

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from faults.stage import Stage
from tests.load.generator import Answer

if TYPE_CHECKING:
    from apps.accounts.policy import BackOffice
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


# Of all owners.
PASSWORD = "correct horse battery"  # noqa: S105 - of a stage that is thrown away


class Links:
    """Makes and changes links by the product's own services, and keeps their history."""

    def __init__(self, stage: Stage) -> None:
        from apps.accounts.models import User, Workspace  # noqa: PLC0415 - models need the stage's settings
        from apps.links import services  # noqa: PLC0415

        self.stage = stage
        self.services = services
        self.history = History()
        self.owner: User = User.objects.create_user(f"owner-{secrets.token_hex(4)}@example.com", PASSWORD)
        self._staff: User | None = None
        self.workspace: Workspace = Workspace.objects.get(personal_for=self.owner)

    def make(self, *, code: str = "", password: str = "") -> "Link":
        from apps.links.changes import LinkOptions  # noqa: PLC0415

        began = time.monotonic()
        location = f"https://example.com/{secrets.token_hex(6)}"
        options = LinkOptions(password=password) if password else LinkOptions()
        link = self.services.create_link(
            actor=self.owner, workspace=self.workspace, destination_url=location, code=code, options=options, now=_now()
        )
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

    def set_active(self, link: "Link", *, is_active: bool) -> None:
        location = _destination(link) if is_active else NOWHERE
        self._change(link, location, lambda: self.services.set_link_active(actor=self.owner, link=link, is_active=is_active, now=_now()))

    def delete(self, link: "Link") -> None:
        self._change(link, NOWHERE, lambda: self.services.delete_link(actor=self.owner, link=link, now=_now()))

    def restore(self, link: "Link") -> None:
        self._change(link, _destination(link), lambda: self.services.restore_link(actor=self.owner, link=link, now=_now()))

    def expire(self, link: "Link", *, after: timedelta) -> float:
        """Let the link expire that much later; returns the seconds that are left when it is saved."""
        from apps.links.changes import LinkChanges  # noqa: PLC0415

        ends = _now() + after
        self.services.update_link(actor=self.owner, link=link, changes=LinkChanges(expires_at=ends), now=_now())
        self.history.add(f"/{link.code}", NOWHERE, began=time.monotonic(), returned=float("inf"))
        return float((ends - _now()).total_seconds())

    def never_expire(self, link: "Link") -> None:
        from apps.links.changes import LinkChanges  # noqa: PLC0415

        changes = LinkChanges(expires_at=None)
        self._change(link, _destination(link), lambda: self.services.update_link(actor=self.owner, link=link, changes=changes, now=_now()))

    def ban(self, link: "Link") -> None:
        from apps.links import moderation  # noqa: PLC0415

        self._change(link, NOWHERE, lambda: moderation.ban_link(actor=self._moderator(), link=link, reason="harmful", now=_now()))

    def unban(self, link: "Link") -> None:
        from apps.links import moderation  # noqa: PLC0415

        self._change(link, _destination(link), lambda: moderation.unban_link(actor=self._moderator(), link=link, now=_now()))

    def rename(self, link: "Link", code: str) -> None:
        """Give the link another code, which nobody has used."""
        from apps.links import renaming  # noqa: PLC0415

        began = time.monotonic()
        renaming.change_code(actor=self.owner, link=link, code=code, now=_now())
        self.history.add(f"/{code}", _destination(link), began=began, returned=time.monotonic())

    def session(self) -> str:
        """The cookie of somebody who is logged in as the owner of the links."""
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
        from django.contrib.sessions.backends.cached_db import SessionStore  # noqa: PLC0415

        store = SessionStore()
        store[SESSION_KEY] = str(self.owner.pk)
        store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        store[HASH_SESSION_KEY] = self.owner.get_session_auth_hash()
        store.create()
        assert store.session_key is not None
        return store.session_key

    def _moderator(self) -> "BackOffice":
        from apps.accounts.policy import BackOffice  # noqa: PLC0415

        if self._staff is None:
            users = type(self.owner).objects
            self._staff = users.create_superuser(f"staff-{secrets.token_hex(4)}@example.com", "correct horse battery")
        return BackOffice(self._staff)

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


def unused_code() -> str:
    return f"new-{secrets.token_hex(5)}"


def forget_connections() -> None:
    """What this thread holds open may have ended with the database; web requests begin with the same."""
    from django.db import close_old_connections  # noqa: PLC0415

    close_old_connections()


class Writer(threading.Thread):
    """Edits links in turn and makes new ones, `rate` a second; what fails is kept and goes on."""

    def __init__(self, links: Links, edited: "list[Link]", *, rate: float) -> None:
        super().__init__(daemon=True)
        self.links, self.edited, self.rate = links, edited, rate
        # Codes of new links that were answered for, and of those that were not.
        self.done: list[str] = []
        self.failed: list[str] = []
        self.errors: list[str] = []
        self.times: list[tuple[float, float]] = []
        self._stop_event = threading.Event()

    def run(self) -> None:
        from django.db import Error, connections  # noqa: PLC0415

        number = 0
        while not self._stop_event.wait(1 / self.rate):
            forget_connections()
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
            code = unused_code()
            try:
                self.links.make(code=code)
            except Exception:
                self.failed.append(code)
                raise
            self.done.append(code)
        else:
            self.links.edit(self.edited[number % len(self.edited)])

    def stop(self) -> None:
        """Returns when the last write has ended."""
        self._stop_event.set()
        with suppress(RuntimeError):
            self.join(60)
