"""QR codes of short URLs."""

import base64
import io
import math
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
# Pixels of a side of a logo that is kept: as many as the largest QR code shows of it.
_KEPT_SIDE = 512
# A reader tells light from dark from here on; the measure is that of WCAG.
_MIN_CONTRAST = 3.0
# Part of a side of the pattern, without its margin, that a logo covers: level H restores 30 % of the
# area, and this is 6 %.
_LOGO_PART = 0.25
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
    colours = {"dark": colour("dark", dark), "light": colour("light", light)}
    if _contrast(colours["dark"], colours["light"]) < _MIN_CONTRAST:
        raise _refusal("dark", _("The colours are too alike, or light on dark: no camera could read the code."))
    code = segno.make(url, error="h" if logo else error, micro=False, boost_error=False)
    modules = int(code.symbol_size(border=margin)[0])
    part = _LOGO_PART * (1 - 2 * margin / modules)
    out = io.BytesIO()
    if format == "svg":
        code.save(out, kind="svg", scale=size / modules, border=margin, **colours)
        return _svg_with_logo(out.getvalue(), logo, modules, part, colours["light"]) if logo else out.getvalue()
    code.save(out, kind="png", scale=max(1, size // modules), border=margin, **colours)
    return _png_with_logo(out.getvalue(), logo, part, colours["light"]) if logo else out.getvalue()


def _require_number(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise _refusal(name, _("Choose a number from %(least)d to %(most)d for %(name)s.") % {"name": name, "least": least, "most": most})


def colour(name: str, text: str) -> str:
    """`text`, three or six hexadecimal digits with or without #, as # and six. Raises QrError at the field `name`."""
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
    if len(data) > MAX_LOGO_BYTES:
        raise _refusal("logo", _("The logo is too large: at most %(limit)d KB are possible.") % {"limit": MAX_LOGO_BYTES // 1024})
    try:
        image = Image.open(io.BytesIO(data), formats=["PNG"])
        if image.width * image.height <= _MAX_LOGO_PIXELS:
            return image.convert("RGBA")
    except Image.DecompressionBombError:
        # Far larger even than what Pillow would open.
        pass
    except (OSError, ValueError, SyntaxError):
        raise _refusal("logo", _("The logo is no picture in the format PNG, or a damaged one.")) from None
    limit = math.isqrt(_MAX_LOGO_PIXELS)
    raise _refusal("logo", _("The logo is too large: at most %(limit)d × %(limit)d pixels are possible.") % {"limit": limit})


def fitted_logo(data: bytes) -> bytes:
    """The PNG `data` as an equal one, made smaller if it has more pixels than any QR code shows of it, and
    without what else the file holds. Raises QrError as `open_logo` does."""
    image = open_logo(data)
    # The smaller of the two fits always.
    for side in (_KEPT_SIDE, _KEPT_SIDE // 2):
        image.thumbnail((side, side))
        out = io.BytesIO()
        image.save(out, "PNG", optimize=True)
        if out.tell() <= MAX_LOGO_BYTES:
            break
    return out.getvalue()


def _svg_with_logo(svg: bytes, logo: bytes, modules: int, part: float, light: str) -> bytes:
    open_logo(logo)
    side, start = modules * part, modules * (1 - part) / 2
    place = f'x="{start:.2f}" y="{start:.2f}" width="{side:.2f}" height="{side:.2f}"'
    image = f'<rect {place} fill="{light}"/><image {place} href="data:image/png;base64,%b"/>'
    scale = re.search(rb'transform="scale\(([0-9.]+)\)"', svg)
    factor = scale[1] if scale is not None else b"1"
    element = image.encode().replace(b"%b", base64.b64encode(logo))
    return svg.replace(b"</svg>", b'<g transform="scale(' + factor + b')">' + element + b"</g></svg>")


def _png_with_logo(png: bytes, logo: bytes, part: float, light: str) -> bytes:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    side = max(1, int(picture.width * part))
    image = open_logo(logo)
    image.thumbnail((side, side))
    plate = Image.new("RGB", (side, side), light)
    plate.paste(image, ((side - image.width) // 2, (side - image.height) // 2), image)
    picture.paste(plate, ((picture.width - side) // 2, (picture.height - side) // 2))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
