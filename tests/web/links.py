"""Links, clicks and people that the pages show in tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.urls import reverse

from apps.accounts.models import User
from apps.analytics.store import insert_clicks
from apps.links import selectors, services
from apps.links.changes import LinkOptions
from apps.links.models import Link
from apps.links.renaming import change_code
from tests.analytics.rows import click_row
from tests.cast import make_user

RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd"


def verified_user(name: str, **fields: Any) -> User:
    """A user who sees no banner that asks to verify the address."""
    user = make_user(name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def new_link(owner: User, **fields: Any) -> Link:
    """A link in the owner's personal workspace."""
    values = {"destination_url": "https://example.com/page", "now": datetime.now(UTC), **fields}
    return services.create_link(actor=owner, workspace=selectors.default_workspace(owner), **values)


def links_of_all_kinds(owner: User) -> dict[str, Link]:
    """Links in every state, and with the longest and oddest texts that a page must bear."""
    now = datetime.now(UTC)
    links = {
        "plain": new_link(owner, code="plain1", title="Spring offers", tags=["docs", "news"]),
        "long": new_link(owner, code="long01", destination_url="https://example.com/" + "a-long-path/" * 164, tags=["x" * 40]),
        "odd": new_link(owner, code="A-very_long-code-0123456789-abcdefghijklm", title=RIGHT_TO_LEFT, tags=[RIGHT_TO_LEFT]),
        "wide": new_link(owner, code="wide01", title="W" * 200, tags=[f"tag number {number}" for number in range(20)]),
        "scheduled": new_link(owner, code="sched1", valid_from=now + timedelta(days=3)),
        "expired": new_link(owner, code="expir1", expires_at=now - timedelta(days=1), now=now - timedelta(days=2)),
        "disabled": new_link(owner, code="disab1"),
        "deleted": new_link(owner, code="delet1"),
        "used up": new_link(owner, code="used01", options=LinkOptions(max_clicks=1_000_000)),
        "renamed": new_link(owner, code="x" * 64),
    }
    Link.objects.filter(pk=links["used up"].pk).update(redirects_used=1_000_000)
    links["renamed"] = change_code(actor=owner, link=links["renamed"], code="short1", now=now)
    services.set_link_active(actor=owner, link=links["disabled"], is_active=False, now=now)
    services.delete_link(actor=owner, link=links["deleted"], now=now)
    return links


def click(link: Link, *, times: int = 1) -> None:
    """Store clicks on `link`, made just now by as many visitors."""
    now = datetime.now(UTC).replace(microsecond=0)
    values = {"link_id": link.pk, "workspace_id": link.workspace_id, "owner_id": link.owner_id or 0, "timestamp": now}
    texts = {"domain": link.domain.hostname, "code": link.code, "user_agent": "Mozilla/5.0 " + "x" * 300, "country": "DE"}
    rows = [click_row(**values, **texts) for _ in range(times)]
    insert_clicks(rows, token=f"web:{rows[0].event_id}")


def page_of(link: Link, name: str = "analytics:link") -> str:
    return reverse(name, args=[link.domain.hostname, link.code])
