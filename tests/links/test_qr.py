"""QR codes, read back by a reader of another maker."""

import io
import re

import pytest
import zxingcpp
from PIL import Image

from apps.links import qr

URL = "https://sho.test/Ab_9-xY"


def png(colour: str = "#cc2200", size: int = 400) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (size, size), colour).save(out, "PNG")
    return out.getvalue()


def read(data: bytes) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(data)).convert("L"))]


@pytest.mark.parametrize("error", qr.ERRORS)
@pytest.mark.parametrize(("size", "margin"), [(128, 4), (320, 2), (2048, 4)])
def test_a_reader_finds_the_short_url(error: str, size: int, margin: int) -> None:
    assert read(qr.render(URL, format="png", size=size, margin=margin, error=error)) == [URL]


def test_colours_are_those_asked_for_and_can_be_read() -> None:
    data = qr.render(URL, format="png", dark="036", light="#ffeecc")

    assert read(data) == [URL]
    assert {colour for _, colour in Image.open(io.BytesIO(data)).convert("RGB").getcolors() or []} == {(0, 0x33, 0x66), (0xFF, 0xEE, 0xCC)}


@pytest.mark.parametrize("margin", [0, 4, qr.MAX_MARGIN])
@pytest.mark.parametrize("size", [64, 600, 2048])
def test_with_a_logo_the_code_can_still_be_read(size: int, margin: int) -> None:
    data = qr.render(URL, format="png", size=size, margin=margin, logo=png())
    picture = Image.open(io.BytesIO(data)).convert("RGB")

    assert read(data) == [URL]
    assert picture.getpixel((picture.width // 2, picture.height // 2)) == (0xCC, 0x22, 0x00)


def test_a_logo_that_can_be_seen_through_has_the_light_colour_behind_it_in_both_kinds() -> None:
    picture = Image.open(io.BytesIO(qr.render(URL, format="png", light="ffeecc", logo=png("#00000000")))).convert("RGB")

    assert picture.getpixel((picture.width // 2, picture.height // 2)) == (0xFF, 0xEE, 0xCC)
    assert re.search(r'<rect [^>]*fill="#ffeecc"/><image ', qr.render(URL, light="ffeecc", logo=png("#00000000")).decode())


def test_an_svg_has_the_size_asked_for_and_no_script() -> None:
    svg = qr.render(URL, size=480).decode()

    assert svg.count("<svg") == 1
    assert 'width="480' in svg
    assert "<script" not in svg
    assert "data:image/png;base64," in qr.render(URL, logo=png()).decode()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"format": "gif"}, "format"),
        ({"size": 1}, "size"),
        ({"size": 100_000}, "size"),
        ({"margin": -1}, "margin"),
        ({"margin": 99}, "margin"),
        ({"error": "x"}, "error"),
        ({"dark": "red"}, "dark"),
        ({"light": '"><script>'}, "light"),
        ({"dark": "ffffff", "light": "000000"}, "dark"),
        ({"dark": "cccccc"}, "dark"),
        ({"logo": b"<svg/>"}, "logo"),
        ({"logo": b"\x89PNG\r\n\x1a\n"}, "logo"),
    ],
)
def test_what_cannot_be_names_its_parameter(asked: dict[str, object], field: str) -> None:
    with pytest.raises(qr.QrError) as caught:
        qr.render(URL, **{"format": "png", **asked})  # type: ignore[arg-type]

    assert caught.value.field == field
