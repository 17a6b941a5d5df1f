"""manage.py demo [--clicks N] [--seed N] [--reset]"""

from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from apps.analytics.demo.account import EMAIL, DemoAccount, find_account, make_account, remove_account
from apps.analytics.demo.catalogue import LINKS
from apps.analytics.demo.clicks import make_clicks
from apps.analytics.demo.messages import to_messages
from apps.analytics.demo.pipeline import ClicksNotStored, send, stored_clicks, wait_until_stored
from apps.common.errors import NotFound
from apps.events.bus import Bus, BusUnavailable
from apps.events.buses import get_bus
from apps.events.errors import SinkUnavailable
from apps.links.installation import default_domain, ensure_default_domain


class Command(BaseCommand):
    help = "Make a demo account with forty links and thirty days of clicks, sent through the real pipeline."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clicks", type=int, default=20_000, metavar="N", help="clicks to make (default: 20000)")
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="other clicks for another number (default: 1)")
        parser.add_argument("--reset", action="store_true", help="remove the demo account, its links and clicks, and make them anew")

    def handle(self, *_args: Any, clicks: int, seed: int, reset: bool, **_options: Any) -> None:
        if clicks < 1:
            raise CommandError("--clicks: expected 1 or more")
        console = Console(file=cast("IO[str]", self.stdout._out))
        try:
            self._run(console, clicks=clicks, seed=seed, reset=reset)
        except BusUnavailable as error:
            raise CommandError(f"the event bus does not answer: {error}") from error
        except SinkUnavailable as error:
            raise CommandError(f"ClickHouse does not answer: {error}") from error
        except ClicksNotStored as error:
            raise CommandError("the clicks are on the bus, but nothing stores them: is ClickHouse there? Run the command again.") from error

    def _run(self, console: Console, *, clicks: int, seed: int, reset: bool) -> None:
        account = find_account()
        if account and reset:
            remove_account(account, now=timezone.now())
            account = None
        if account and stored_clicks(account) >= clicks:
            console.print(f"The demo account is there already: {EMAIL}, with {stored_clicks(account):,} clicks.")
            console.print("The first run printed its password; --reset makes everything anew.")
            return
        if account is None:
            ensure_a_domain()
            account = make_account(now=timezone.now())
            # Said first: a run that is cut short has made the account all the same.
            console.print(f"Log in as {EMAIL} with the password {account.password}", highlight=False)
        _fill(console, account, clicks=clicks, seed=seed)
        console.print(f"{len(account.links)} links, {stored_clicks(account):,} clicks, all stored.")
        if account.password:
            console.print(f"Log in as {EMAIL} with the password {account.password}", highlight=False)


def ensure_a_domain() -> None:
    """Make the default domain only when there is none: a shell without the PORT of the running product would rename it."""
    try:
        default_domain()
    except NotFound:
        ensure_default_domain()


def _fill(console: Console, account: DemoAccount, *, clicks: int, seed: int) -> None:
    bus: Bus = get_bus()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        sending = progress.add_task("Sending clicks", total=clicks)
        storing = progress.add_task("Storing clicks", total=clicks)
        made = make_clicks(LINKS, count=clicks, seed=seed, end=account.end)
        send(to_messages(made, account), bus=bus, progress=_mover(progress, sending))
        wait_until_stored(account, count=clicks, bus=bus, progress=_mover(progress, storing))


def _mover(progress: Progress, task: TaskID) -> Any:
    return lambda completed: progress.update(task, completed=completed)
