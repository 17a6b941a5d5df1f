"""Logos of QR codes are kept for whoever chose them."""

import io
import random
import zlib
from datetime import timedelta

import pytest
from PIL import Image

from apps.accounts.models import User
from apps.links import qr
from apps.links.models import QrLogo
from apps.links.qr_logos import MAX_LOGOS, keep_logo, kept_logos
from tests.links.conftest import NOW
from tests.links.test_qr import png

pytestmark = pytest.mark.django_db


def keep(owner: User, data: bytes, *, name: str = "logo.png", minutes: int = 0) -> QrLogo:
    return keep_logo(actor=owner, name=name, data=data, now=NOW + timedelta(minutes=minutes))


def names(owner: User) -> list[str]:
    return [logo.name for logo in kept_logos(owner)]


def test_the_last_few_are_kept_and_the_latest_comes_first(owner: User, stranger: User) -> None:
    keep(stranger, png(), name="theirs.png")
    for number in range(MAX_LOGOS + 2):
        keep(owner, png(size=10 + number), name=f"logo {number}.png", minutes=number)

    assert names(owner) == ["logo 6", "logo 5", "logo 4", "logo 3", "logo 2"]
    assert names(stranger) == ["theirs"]


def test_one_that_is_chosen_again_is_kept_once(owner: User) -> None:
    first = keep(owner, png("#ff0000"), name="red.png")
    keep(owner, png("#0000ff"), name="blue.png", minutes=1)
    again = keep(owner, png("#ff0000"), name="crimson.png", minutes=2)

    assert again.pk == first.pk
    assert names(owner) == ["crimson", "blue"]


def test_a_large_one_is_kept_no_larger_than_it_is_shown(owner: User) -> None:
    logo = keep(owner, png(size=3000), name="x" * 300 + ".png")

    assert Image.open(io.BytesIO(logo.data)).size == (512, 512)
    assert len(logo.name) == 100


def test_one_that_cannot_be_packed_is_made_smaller_until_it_fits(owner: User) -> None:
    chance, out = random.Random(7), io.BytesIO()
    noise = Image.frombytes("P", (700, 700), chance.randbytes(700 * 700))
    noise.putpalette(chance.randbytes(768))
    noise.save(out, "PNG")
    assert out.tell() <= qr.MAX_LOGO_BYTES

    logo = keep(owner, out.getvalue())

    assert Image.open(io.BytesIO(logo.data)).size == (256, 256)
    assert len(logo.data) <= qr.MAX_LOGO_BYTES


def test_nothing_is_kept_of_a_file_but_its_picture(owner: User) -> None:
    assert b"secret" not in keep(owner, png() + b"secret").data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no picture in the format PNG"),
        (b"GIF89a", "no picture in the format PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture in the format PNG"),
        (png()[:100], "no picture in the format PNG"),
        (png() + b"\0" * qr.MAX_LOGO_BYTES, "at most 512 KB"),
        (png(size=4097), "at most 4096 × 4096 pixels"),
    ],
)
def test_what_can_be_no_logo_is_refused_in_words(owner: User, data: bytes, words: str) -> None:
    with pytest.raises(qr.QrError, match=words) as refused:
        keep(owner, data)

    assert refused.value.field == "logo"
    assert names(owner) == []


def test_a_small_file_that_claims_to_be_a_huge_picture_is_refused_unopened(owner: User) -> None:
    head = bytearray(png(size=8))
    # Width and height stand behind the signature and the name of the first chunk; its checksum is made anew.
    head[16:24] = (60_000).to_bytes(4) + (60_000).to_bytes(4)
    head[29:33] = zlib.crc32(head[12:29]).to_bytes(4)

    with pytest.raises(qr.QrError, match="4096"):
        keep(owner, bytes(head))
