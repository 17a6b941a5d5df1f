"""Links to follow, made inside a running product."""

import json
import secrets
import sys

from django.utils import timezone

from apps.accounts.models import User
from apps.links import selectors, services


def main(count: int) -> None:
    """Make `count` links of a user of their own and print their short URLs as a JSON array."""
    user = User.objects.create_user(f"load-{secrets.token_hex(4)}@example.com", None)
    workspace = selectors.default_workspace(user)
    links = [
        services.create_link(actor=user, workspace=workspace, destination_url=f"https://example.org/{number}", now=timezone.now())
        for number in range(count)
    ]
    sys.stdout.write(json.dumps([selectors.short_url(link) for link in links]) + "\n")
