"""What templates, styles and scripts are made of: rules that no page alone would show."""

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted(set((STATIC / "css").glob("*.css")) - {STATIC / "css" / "tokens.css"})


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_a_template_has_no_style_or_script_of_its_own(template: Path) -> None:
    text = template.read_text()

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("style", STYLES, ids=name_of)
def test_colours_and_sizes_are_named_by_tokens_alone(style: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.DOTALL)
    # A media query cannot use variables, and what is hidden from eyes alone is one pixel large.
    rules = re.sub(r"@media[^{]*|[^{}]*\{[^{}]*clip-path: inset\(50%\)[^{}]*\}", "", rules)

    assert re.findall(r"#[0-9a-f]{3,8}\b(?=[^{}]*;)|\b(?:rgba?|hsla?|oklch|oklab)\(", rules) == []
    assert re.findall(r"\b[0-9.]+(?:px|rem|em|pt)\b", rules) == []


@pytest.mark.parametrize("style", [*STYLES, STATIC / "css" / "tokens.css"], ids=name_of)
def test_each_token_that_is_used_is_defined(style: Path) -> None:
    defined = {name for path in [*STYLES, STATIC / "css" / "tokens.css"] for name in re.findall(r"(--[a-z0-9-]+):", path.read_text())}

    assert set(re.findall(r"var\((--[a-z0-9-]+)\)", style.read_text())) - defined == set()


def test_the_sprite_holds_the_icons_that_are_used_and_no_others() -> None:
    used = {name for template in TEMPLATES for name in re.findall(r'{% icon "([^"]+)"', template.read_text())}

    assert set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons" / "lucide.svg").read_text())) == used


def vendored() -> Iterator[tuple[str, str]]:
    for line in (STATIC / "vendor" / "README.md").read_text().splitlines():
        if found := re.match(r"\| `([^`]+)` .*`sha384-([^`]+)`", line):
            yield found[1], found[2]


@pytest.mark.parametrize(("path", "digest"), list(vendored()))
def test_a_vendored_file_is_the_one_that_was_taken(path: str, digest: str) -> None:
    content = (STATIC / "vendor" / path).read_bytes()

    assert base64.b64encode(hashlib.sha384(content).digest()).decode() == digest


def test_each_vendored_script_is_listed_with_its_licence_beside_it() -> None:
    scripts = sorted((STATIC / "vendor").rglob("*.js"))

    assert {str(path.relative_to(STATIC / "vendor")) for path in scripts} == {path for path, _digest in vendored()}
    for script in scripts:
        assert list(script.parent.glob("LICENSE*"))
