"""QR codes of short URLs."""

import base64
import io
import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import segno
from django.utils.translation import gettext as _
from PIL import Image

from apps.common.errors import DomainError

Format: TypeAlias = Literal["svg", "png"]
# Media types by format.
TYPES: Final[Mapping[str, str]] = {"svg": "image/svg+xml", "png": "image/png"}
ERRORS = ("l", "m", "q", "h")
# Pixels of a side.
MIN_SIZE, MAX_SIZE = 64, 2048
MAX_MARGIN = 16
MAX_LOGO_BYTES = 512 * 1024
_MAX_LOGO_PIXELS = 4096 * 4096
# A reader tells light from dark from here on; the measure is that of WCAG.
_MIN_CONTRAST = 3.0
# Part of a side that a logo covers: level H restores 30 % of the area, and this is 5 %.
_LOGO_PART = 0.22
_is_colour = re.compile(r"#?(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})\Z").match


class QrError(DomainError):
    """A QR code cannot be as it was asked for; `field` names the parameter at fault."""

    code = "invalid_qr"


def render(
    url: str,
    *,
    format: Format = "svg",  # noqa: A002 - the name of the parameter in the address
    size: int = 320,
    dark: str = "000000",
    light: str = "ffffff",
    error: str = "m",
    margin: int = 4,
    logo: bytes = b"",
) -> bytes:
    """The QR code of `url` as an SVG or PNG document of at most `size` pixels a side.

    `margin` is in modules, `logo` a PNG that is put in the middle; with one the error correction is
    level h. Raises QrError.
    """
    if format not in TYPES:
        raise _refusal("format", _("Choose the format svg or png."))
    if error not in ERRORS:
        raise _refusal("error", _("Choose the error correction l, m, q or h."))
    _require_number("size", size, MIN_SIZE, MAX_SIZE)
    _require_number("margin", margin, 0, MAX_MARGIN)
    colours = {"dark": _colour("dark", dark), "light": _colour("light", light)}
    if _contrast(colours["dark"], colours["light"]) < _MIN_CONTRAST:
        raise _refusal("dark", _("The colours are too alike, or light on dark: no camera could read the code."))
    code = segno.make(url, error="h" if logo else error, micro=False, boost_error=False)
    modules = int(code.symbol_size(border=margin)[0])
    out = io.BytesIO()
    if format == "svg":
        code.save(out, kind="svg", scale=size / modules, border=margin, **colours)
        return _svg_with_logo(out.getvalue(), logo, modules) if logo else out.getvalue()
    code.save(out, kind="png", scale=max(1, size // modules), border=margin, **colours)
    return _png_with_logo(out.getvalue(), logo, colours["light"]) if logo else out.getvalue()


def _require_number(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise _refusal(name, _("Choose a number from %(least)d to %(most)d for %(name)s.") % {"name": name, "least": least, "most": most})


def _colour(name: str, text: str) -> str:
    if _is_colour(text) is None:
        raise _refusal(name, _("Write the colour %(name)s as three or six hexadecimal digits, such as 1a2b3c.") % {"name": name})
    digits = text.removeprefix("#").lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _contrast(dark: str, light: str) -> float:
    return (_luminance(light) + 0.05) / (_luminance(dark) + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _refusal(name: str, message: str) -> QrError:
    return QrError(message, field=name)


def open_logo(data: bytes) -> Image.Image:
    """The PNG `data` as an image. Raises QrError for anything else."""
    try:
        image = Image.open(io.BytesIO(data), formats=["PNG"])
        if len(data) <= MAX_LOGO_BYTES and image.width * image.height <= _MAX_LOGO_PIXELS:
            return image.convert("RGBA")
    except (OSError, ValueError, SyntaxError):
        pass
    raise _refusal("logo", _("The logo of this site is no PNG, or too large a one."))


def _svg_with_logo(svg: bytes, logo: bytes, modules: int) -> bytes:
    open_logo(logo)
    part, start = modules * _LOGO_PART, modules * (1 - _LOGO_PART) / 2
    image = f'<image x="{start:.2f}" y="{start:.2f}" width="{part:.2f}" height="{part:.2f}" href="data:image/png;base64,%b"/>'
    scale = re.search(rb'transform="scale\(([0-9.]+)\)"', svg)
    factor = scale[1] if scale is not None else b"1"
    element = image.encode().replace(b"%b", base64.b64encode(logo))
    return svg.replace(b"</svg>", b'<g transform="scale(' + factor + b')">' + element + b"</g></svg>")


def _png_with_logo(png: bytes, logo: bytes, light: str) -> bytes:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    side = max(1, int(picture.width * _LOGO_PART))
    image = open_logo(logo)
    image.thumbnail((side, side))
    plate = Image.new("RGB", (side, side), light)
    plate.paste(image, ((side - image.width) // 2, (side - image.height) // 2), image)
    picture.paste(plate, ((picture.width - side) // 2, (picture.height - side) // 2))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
