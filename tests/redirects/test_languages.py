"""Visitors are spoken to in their language, on every page and in whole sentences."""

import gettext
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.links.changes import LinkOptions
from apps.links.models import Link
from apps.redirects.languages import SPOKEN, language_of
from apps.redirects.limits import _page as refusal_page
from tests.redirects.gating import Visitor
from tests.redirects.serving import ROOT, Threaded

MakeLink = Callable[..., Link]
LOCALE = ROOT / "locale"
GERMAN = {"Accept_Language": "fr-FR, de-AT;q=0.9, en;q=0.8"}
TEMPLATES = [*sorted((ROOT / "templates" / "redirects").glob("*.html")), ROOT / "templates" / "403_csrf.html"]
SOURCES = sorted((ROOT / "apps" / "redirects").glob("*.py"))


def texts() -> Iterator[str]:
    """All that pages for visitors say, as their templates and modules have it."""
    for template in TEMPLATES:
        text = template.read_text()
        yield from re.findall(r'{% translate "([^"]+)"', text)
        for found in re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate", text, re.DOTALL):
            yield re.sub(r"{{ (\w+) }}", r"%(\1)s", found)
    for source in SOURCES:
        yield from re.findall(r'\b(?:_|gettext|gettext_lazy)\("([^"]+)"\)', source.read_text())


def in_po(path: Path) -> dict[str, str]:
    """What a catalogue for people says, in which each text stands on a line of its own."""
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', path.read_text(), re.MULTILINE)
    assert len(pairs) == path.read_text().count("msgid") - 1
    return dict(pairs)


@pytest.mark.parametrize("language", sorted(set(SPOKEN) - {"en"}))
def test_a_language_that_is_spoken_has_all_texts(language: str) -> None:
    found = in_po(LOCALE / language / "LC_MESSAGES" / "django.po")

    assert len(set(texts())) > 40
    assert set(texts()) - set(found) == set()
    assert [
        text for text, told in found.items() if set(re.findall(r"%\(\w+\)s|</?code>", text)) != set(re.findall(r"%\(\w+\)s|</?code>", told))
    ] == []


@pytest.mark.parametrize("language", sorted(set(SPOKEN) - {"en"}))
def test_the_catalogue_that_is_used_is_made_of_the_one_that_people_read(language: str) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    compiled = gettext.translation("django", LOCALE, [language])

    assert {text: compiled.gettext(text) for text in in_po(folder / "django.po")} == in_po(folder / "django.po"), (
        f"run: msgfmt -o {folder / 'django.mo'} {folder / 'django.po'}"
    )


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de", "de"),
        ("de-CH, en", "de"),
        ("en-GB, de", "en"),
        ("fr, de;q=0.1", "de"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        ("\x00;q=x", "en"),
    ],
)
def test_the_first_language_that_is_spoken_is_taken(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


def test_every_page_for_visitors_is_in_their_language(server: Threaded, make_link: MakeLink) -> None:
    make_link(code="locked", options=LinkOptions(password="open sesame"))
    make_link(code="seen")
    visitor = Visitor(server.port)

    pages = {
        path: visitor.get(path, **GERMAN) for path in ("/locked", "/seen+", "/unknown", "/unknown/extra", "/no/such.html", "/unknown.qr")
    }
    wrong = visitor.send("/locked", {"password": "wrong"}, **GERMAN)

    for path, page in pages.items():
        assert '<html lang="de">' in page.text, path
        assert page.headers["content-language"] == "de", path
        assert "accept-language" in page.headers["vary"].lower(), path
    assert "Dieser Link hat ein Passwort" in pages["/locked"].text
    assert "Diesen Link gibt es nicht" in pages["/unknown"].text
    assert "Das ist nicht das Passwort" in wrong.text
    assert '<html lang="en">' in visitor.get("/unknown", Accept_Language="fr").text


def test_who_is_refused_is_told_so_in_german() -> None:
    assert b"Zu viele Anfragen" in refusal_page("de")
