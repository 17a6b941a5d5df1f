"""Preview, QR code and robots.txt on a running redirector."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import zxingcpp
from django.core.cache import cache
from PIL import Image

from apps.accounts.models import User
from apps.links import services
from apps.links.changes import LinkOptions
from apps.links.models import Link
from tests.redirects.gating import Visitor
from tests.redirects.serving import HOST, Threaded

MakeLink = Callable[..., Link]


def test_a_preview_tells_where_a_link_leads_and_counts_nothing(server: Threaded, make_link: MakeLink) -> None:
    link = make_link("https://xn--80ak6aa92e.com/<b>?a=1", code="seen", title="A <i>title</i>", options=LinkOptions(max_clicks=1))

    page = Visitor(server.port).get("/seen+")

    assert page.status == 200
    assert "xn--80ak6aa92e.com" in page.text
    assert "A &lt;i&gt;title" in page.text
    assert "location" not in page.headers
    assert page.headers["cache-control"] == "private, no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    assert (server.redirector.spool.sequence, Link.objects.get(pk=link.pk).redirects_used) == (0, 0)


def test_a_preview_keeps_what_a_password_guards(server: Threaded, make_link: MakeLink) -> None:
    make_link("https://secret.example/where", code="guarded", title="Secret title", options=LinkOptions(password="open sesame"))

    page = Visitor(server.port).get("/guarded+")

    assert page.status == 200
    assert "secret.example" not in page.text
    assert "Secret title" not in page.text


def test_a_preview_of_what_leads_nowhere_says_so(server: Threaded, make_link: MakeLink, owner: User) -> None:
    link = make_link("https://gone.example/", code="gone")
    services.delete_link(actor=owner, link=link, now=datetime.now(UTC))

    gone, unknown = Visitor(server.port).get("/gone+"), Visitor(server.port).get("/unknown+")

    assert (gone.status, unknown.status) == (410, 404)
    assert "gone.example" not in gone.text


@pytest.mark.parametrize("path", ["/posted+", "/posted.qr"])
def test_beside_a_link_nothing_can_be_posted(server: Threaded, make_link: MakeLink, path: str) -> None:
    make_link(code="posted")

    assert Visitor(server.port).send(path).status in {403, 405}


def test_a_qr_code_leads_to_the_short_link(server: Threaded, make_link: MakeLink) -> None:
    make_link(code="scanned")
    visitor = Visitor(server.port)

    png = visitor.get("/scanned.qr?format=png&size=300&dark=036&error=h")
    svg = visitor.get("/scanned.qr")

    assert png.headers["content-type"] == "image/png"
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.body)).convert("L"))
    assert found.text.endswith(f"://{HOST}/scanned")
    assert (svg.status, svg.headers["content-type"]) == (200, "image/svg+xml")
    assert visitor.get("/unknown.qr").status == 404


@pytest.mark.parametrize("query", ["size=1", "size=x", "margin=999", "dark=red", "error=z", "format=gif", "logo=1"])
def test_a_qr_code_that_cannot_be_names_the_parameter(server: Threaded, make_link: MakeLink, query: str) -> None:
    make_link(code="asked")

    answer = Visitor(server.port).get(f"/asked.qr?{query}")

    assert answer.status == 400
    assert answer.text.startswith(f"{query.partition('=')[0]}: ")


def test_robots_may_follow_what_owners_open_to_them(server: Threaded, make_link: MakeLink, settings: Any) -> None:
    cache.clear()
    make_link(code="open-one", options=LinkOptions(is_crawlable=True))
    make_link(code="closed-one")

    answer = Visitor(server.port).get("/robots.txt")

    assert answer.headers["content-type"].startswith("text/plain")
    assert "Disallow: /\n" in answer.text
    assert "Allow: /open-one$" in answer.text
    assert "closed-one" not in answer.text
