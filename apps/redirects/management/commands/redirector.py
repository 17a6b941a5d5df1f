import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.redirects.server import bind, serve

SITE = "shortener_project.asgi:application"
THIN = "shortener_project.asgi_redirector:application"


class Command(BaseCommand):
    help = "Serve short links; with --site the full site behind them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", action="store_true", help="serve the full site on the same port")
        parser.add_argument("--bypass-hot-path", action="store_true", help="send every request the ordinary way, for comparison")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--fd", type=int, help="file descriptor of a listening socket")
        where.add_argument("--bind", metavar="HOST:PORT", help="listen here; several processes may listen on one port")

    def handle(self, **options: Any) -> None:
        serve(SITE if options["site"] else THIN, self._listener(**options), bypass_hot_path=options["bypass_hot_path"])

    def _listener(self, *, fd: int | None, bind: str | None, **_options: Any) -> socket.socket:
        if fd is not None:
            try:
                return socket.socket(fileno=fd)
            except OSError as error:
                raise CommandError(f"--fd {fd}: not a socket ({error.strerror})") from error
        return self._bound(bind or "")

    def _bound(self, address: str) -> socket.socket:
        host, _, port = address.rpartition(":")
        if not port.isdigit():
            raise CommandError(f"--bind {address}: expected HOST:PORT")
        try:
            return bind(host.strip("[]") or "0.0.0.0", int(port), shared=True)  # noqa: S104 - asked for by leaving the host out
        except (OSError, OverflowError) as error:
            raise CommandError(f"--bind {address}: {error}") from error
