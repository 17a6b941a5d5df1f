"""The process that `account_times` measures in: prints the means in ms as JSON."""

import json
import os
import secrets
import time
from collections.abc import Callable
from statistics import fmean

import django

_TIMES = int(os.environ.get("ACCOUNT_TIMES", "500"))


def main() -> None:
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - after setup
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415
    from django.core.mail.backends import locmem  # noqa: PLC0415
    from django.test.client import MULTIPART_CONTENT, Client  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    from apps.accounts.models import User  # noqa: PLC0415

    setup_test_environment()
    settings.EMAIL_BACKEND = f"{locmem.__name__}.EmailBackend"
    settings.SECURE_SSL_REDIRECT = False
    # Six times as quick as the product, as hashes are at a quarter of its cost: a longer wait hides more, not less.
    settings.EVEN_ANSWER_SECONDS = 0.1

    # One for all: each sets all middleware up, and so much to collect that the pauses take turns with what is measured.
    client = Client()

    def taken(path: str, fields: dict[str, str]) -> float:
        # Pages take forms, the API takes JSON.
        kind = "application/json" if path.startswith("/api/") else MULTIPART_CONTENT
        # Another address and no cookies each time: limits are not what is measured.
        client.cookies.clear()
        address = f"10.{secrets.randbelow(250)}.{secrets.randbelow(250)}.{secrets.randbelow(250)}"
        began = time.perf_counter()
        answer = client.post(path, fields, content_type=kind, REMOTE_ADDR=address)
        spent = time.perf_counter() - began
        if answer.status_code not in {200, 201, 302, 401}:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return spent * 1000

    def means(path: str, fields: Callable[[str], dict[str, str]]) -> dict[str, float]:
        spent: dict[str, list[float]] = {"known": [], "unknown": []}
        for number in range(_TIMES + 20):
            known, unknown = f"{secrets.token_hex(6)}@example.com", f"{secrets.token_hex(6)}@example.com"
            user = User.objects.create_user(known, None)
            # A hash at its real cost; the same for all, as making one takes as long as the whole answer.
            User.objects.filter(pk=user.pk).update(password=hashed)
            order = [("known", known), ("unknown", unknown)]
            for kind, email in order if number % 2 else reversed(order):
                milliseconds = taken(path, fields(email))
                # The first ones load templates and open connections.
                if number >= 20:
                    spent[kind].append(milliseconds)
        return {kind: fmean(values) for kind, values in spent.items()}

    password = "Wrong horse battery 4"  # noqa: S105 - nobody's
    hashed = make_password("Right horse battery 4")
    print(  # noqa: T201
        json.dumps(
            {
                "login": means("/accounts/login/", lambda email: {"login": email, "password": password}),
                "signup": means("/accounts/signup/", lambda email: {"email": email, "password1": password}),
                "reset": means("/accounts/password/reset/", lambda email: {"email": email}),
                "api_login": means("/api/v1/auth/login", lambda email: {"email": email, "password": password}),
                "api_register": means("/api/v1/auth/register", lambda email: {"email": email, "password": password}),
            }
        )
    )


if __name__ == "__main__":
    main()
