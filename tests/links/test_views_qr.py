"""The QR code of a link, for those who may see the link."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from apps.accounts.models import Membership, Role, User, Workspace
from apps.links import qr
from apps.links.models import Link, QrLogo
from tests.cast import LogIn
from tests.links.pages import fragment, page_of, text_of
from tests.links.test_qr import png, read

pytestmark = pytest.mark.django_db


def test_the_page_shows_it_and_offers_both_kinds(browser: Client, link: Link) -> None:
    page = text_of(browser.get(page_of(link, "links:qr"), {"dark": "#123456", "size": "512"}))

    for kind in ("svg", "png"):
        address = f"{page_of(link, 'links:qr')[:-1]}.{kind}?size=512&margin=4&dark=123456&light=ffffff&error=m"
        assert address.replace("&", "&amp;") in page
        picture = browser.get(address)
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, {"svg": "image/svg+xml", "png": "image/png"}[kind])
    assert "<html" not in text_of(browser.get(page_of(link, "links:qr"), headers=fragment("qr-dialog")))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size", "9"),
        ("size", "99999"),
        ("size", "x"),
        ("margin", "-1"),
        ("margin", "17"),
        ("margin", ""),
        ("dark", "red"),
        ("light", "#000001"),
        ("error", "z"),
        ("dark", '"><script>'),
        ("logo", "1"),
        ("logo", "x"),
    ],
)
def test_what_cannot_be_is_said_and_not_drawn(browser: Client, link: Link, field: str, value: str) -> None:
    page = browser.get(page_of(link, "links:qr"), {field: value})

    assert "field-error" in text_of(page)
    assert "<img" not in text_of(page)
    assert "<script>" not in text_of(page).partition('id="qr"')[2]
    assert browser.get(page_of(link, "links:qr")[:-1] + ".svg", {field: value}).status_code == 422


@pytest.mark.parametrize("ending", ["/", ".svg"])
def test_who_asks_for_the_head_alone_gets_it(browser: Client, link: Link, ending: str) -> None:
    answer = browser.head(page_of(link, "links:qr")[:-1] + ending)

    assert (answer.status_code, answer.content) == (200, b"")


def test_there_is_no_other_kind(browser: Client, link: Link) -> None:
    assert browser.get(page_of(link, "links:qr")[:-1] + ".gif").status_code == 404


@pytest.mark.parametrize("ending", ["/", ".svg"])
def test_strangers_do_not_see_it(logged_in: LogIn, stranger: User, client: Client, link: Link, ending: str) -> None:
    address = page_of(link, "links:qr")[:-1] + ending

    assert logged_in(stranger).get(address).status_code == 404
    assert client.get(address).status_code == 302


def send(browser: Client, link: Link, data: bytes, *, target: str = "", **looks: str) -> Any:
    """Send the form with a logo."""
    headers = fragment(target) if target else {}
    fields = {**looks, "upload": SimpleUploadedFile("our mark.png", data, "image/png")}
    return browser.post(page_of(link, "links:qr"), fields, headers=headers)


def drawn(browser: Client, address: str) -> Image.Image:
    """The PNG at `address`, which a reader must find a short URL in."""
    data = browser.get(address).content
    assert len(read(data)) == 1
    return Image.open(io.BytesIO(data)).convert("RGB")


def test_a_logo_that_is_sent_is_drawn_and_kept_to_be_chosen_again(browser: Client, link: Link) -> None:
    answer = send(browser, link, png(), size="600", margin="2", dark="#123456")
    logo = QrLogo.objects.get()
    looks = f"?size=600&margin=2&dark=123456&light=ffffff&error=m&logo={logo.pk}"

    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(link, "links:qr") + looks)
    page = text_of(browser.get(answer.headers["Location"]))
    assert f'<option value="{logo.pk}" selected>our mark</option>' in page
    picture = drawn(browser, page_of(link, "links:qr")[:-1] + ".png" + looks)
    assert picture.getpixel((picture.width // 2, picture.height // 2)) == (0xCC, 0x22, 0x00)
    assert f'<option value="{logo.pk}">our mark</option>' in text_of(browser.get(page_of(link, "links:qr")))


@pytest.mark.parametrize("dark", ["#aa0011", "aa0011", "#a01", "A01"])
def test_an_input_for_a_colour_gets_the_one_spelling_that_it_understands(browser: Client, link: Link, dark: str) -> None:
    page = text_of(browser.get(page_of(link, "links:qr"), {"dark": dark}))

    assert re.search(r'name="dark" value="#aa0011"', page)


def test_looks_that_are_sent_without_a_logo_stand_in_the_address(browser: Client, link: Link) -> None:
    answer = browser.post(page_of(link, "links:qr"), {"size": "512", "logo": ""})

    assert answer.headers["Location"].endswith("/qr/?size=512&margin=4&dark=000000&light=ffffff&error=m")


def test_in_the_dialog_the_form_comes_back_with_the_logo_chosen(browser: Client, link: Link) -> None:
    answer = send(browser, link, png(), target="qr")

    assert answer.status_code == 200
    assert "<html" not in text_of(answer)
    assert "selected>our mark</option>" in text_of(answer)


@pytest.mark.parametrize("target", ["", "qr"])
@pytest.mark.parametrize(
    ("data", "words"),
    [(b"<svg/>", "no picture in the format PNG"), (b"\0" * (qr.MAX_LOGO_BYTES + 1), "at most 512 KB"), (b"", "no picture")],
)
def test_a_file_that_can_be_no_logo_is_refused_at_its_field(browser: Client, link: Link, target: str, data: bytes, words: str) -> None:
    answer = send(browser, link, data, target=target, size="512")

    assert answer.status_code == 422
    assert words in text_of(answer).partition('id="id_upload_error">')[2].partition("</p>")[0]
    assert 'value="512"' in text_of(answer)
    assert "<img" in text_of(answer)
    assert not QrLogo.objects.exists()


def test_a_logo_survives_another_mistake_in_the_form(browser: Client, link: Link) -> None:
    page = text_of(send(browser, link, png(), size="9"))

    assert "field-error" in page
    assert "selected>our mark</option>" in page


def test_nobody_draws_with_the_logos_of_others(browser: Client, logged_in: LogIn, workspace: Workspace, stranger: User, link: Link) -> None:
    Membership.objects.create(workspace=workspace, user=stranger, role=Role.VIEWER)
    send(browser, link, png())
    colleague, looks = logged_in(stranger), {"logo": str(QrLogo.objects.get().pk)}

    assert "not kept any more" in text_of(colleague.get(page_of(link, "links:qr"), looks))
    assert colleague.get(page_of(link, "links:qr")[:-1] + ".png", looks).status_code == 422


def test_strangers_cannot_send_anything(logged_in: LogIn, stranger: User, link: Link) -> None:
    assert send(logged_in(stranger), link, png()).status_code == 404
    assert not QrLogo.objects.exists()
