from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.accounts.tokens.rotation import rotate


class Command(BaseCommand):
    help = "Make a new key that tokens of the API are signed with; tokens that are out stay good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at-once", action="store_true", help="it signs now, and not when all have fetched it")
        parser.add_argument("--drop-others", action="store_true", help="a key has become known: all tokens that are out are void")

    def handle(self, *_args: Any, at_once: bool, drop_others: bool, **_options: Any) -> None:
        try:
            rotation = rotate(now=timezone.now(), at_once=at_once, drop_others=drop_others)
        except OSError as error:
            raise CommandError(f"JWT_KEYS_DIR: {error.strerror}: {error.filename}") from error
        self.stdout.write(f"{rotation.key.kid} signs from {rotation.key.signs_from:%Y-%m-%d %H:%M:%S} UTC on")
        for kid in rotation.dropped:
            self.stdout.write(f"{kid} is gone")
