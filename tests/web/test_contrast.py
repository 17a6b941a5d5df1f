"""Colours that meet on the pages can be told apart by everybody, in light and in dark (WCAG 2.2 AA)."""

import math
import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css").read_text()
# Lightness, chroma, hue in degrees.
Colour = tuple[float, float, float]
BACKGROUNDS = ["--page", "--surface", "--hover", "--n-2"]
TEXTS = [
    *[(ink, back) for ink in ("--ink", "--ink-quiet") for back in BACKGROUNDS],
    *[("--accent-strong", back) for back in (*BACKGROUNDS, "--accent-soft")],
    *[("--on-accent", back) for back in ("--accent", "--accent-strong")],
    *[("--ink", "--accent-soft"), ("--ink-quiet", "--accent-soft")],
    *[(f"--{mood}-ink", back) for mood in ("ok", "warning", "danger") for back in (f"--{mood}-back", "--surface", "--page")],
]
SHAPES = [(shape, back) for shape in ("--line-control", "--focus", "--accent", "--series-1") for back in ("--page", "--surface")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "background"), TEXTS)
def test_text_can_be_read(scheme: str, text: str, background: str) -> None:
    assert contrast(colour(text, scheme), colour(background, scheme)) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "background"), SHAPES)
def test_borders_of_controls_focus_and_lines_can_be_seen(scheme: str, shape: str, background: str) -> None:
    assert contrast(colour(shape, scheme), colour(background, scheme)) >= 3


def colour(token: str, scheme: str) -> Colour:
    """What the token stands for, through other tokens if need be."""
    found = re.search(rf"{token}: (.*?);", TOKENS)
    assert found is not None, token
    if other := re.fullmatch(r"var\((--[a-z0-9-]+)\)", found[1]):
        return colour(other[1], scheme)
    light, dark = re.findall(r"oklch\(([0-9.]+)((?: [0-9.]+){2})\)", found[1])
    lightness, rest = light if scheme == "light" else dark
    chroma, hue = map(float, rest.split())
    return float(lightness), chroma, hue


def contrast(first: Colour, second: Colour) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Colour) -> float:
    """Relative luminance in sRGB, by Ottosson's matrices for OKLab."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return 0.2126 * clipped(red) + 0.7152 * clipped(green) + 0.0722 * clipped(blue)


def clipped(channel: float) -> float:
    return min(max(channel, 0.0), 1.0)
