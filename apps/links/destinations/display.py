"""How a host is shown to people: no name may pass for another one.

A label is shown in Unicode only when all its letters come from one of a few plain alphabets and
cannot be taken for Latin ones; every other label stays in punycode, which looks like what it is.
This is stricter than UTS 39 asks for, and short enough to check by reading.
"""

import re
from functools import lru_cache

from ada_url import idna

_PUNYCODE = "xn--"
# Letters that occur in the names of many languages, composed, in lower case; left out are those that
# look like others (dotless i, kra, long s, thorn, eth, l with middle dot, n after apostrophe) and,
# here and in Greek, sharp s and final sigma, which older programs take to another host.
_LATIN = re.compile(r"[a-z0-9à-ïñ-öø-ýÿāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĵķĺļľłńņňōŏőœŕŗřśŝşšţťũūŭůűųŵŷźżžșț-]+\Z")
# Each of these two needs one letter that no Latin one looks like.
_CYRILLIC = re.compile(r"(?=.*[джйлфцчшщыэюя])[а-яё0-9-]+\Z")
_GREEK = re.compile(r"(?=.*[δθλξφψ])[α-ρσ-ώΐΰ0-9-]+\Z")
# Digits are left out from here on: beside these letters some are easily mistaken. The long sound
# mark stands after a kana only; it looks like a dash or like the numeral one elsewhere.
_JAPANESE = re.compile(r"(?:[ぁ-ゖァ-ヺ]ー?|[一-鿿])+\Z")
_KOREAN = re.compile(r"[가-힣]+\Z")
_ALPHABETS = (_LATIN, _CYRILLIC, _GREEK, _JAPANESE, _KOREAN)


@lru_cache(maxsize=4096)
def display_host(host: str) -> str:
    """`host` (ASCII, as in a URL) with each label in Unicode where that is safe, else in punycode."""
    return ".".join(_display_label(label) for label in host.split("."))


def _display_label(label: str) -> str:
    if not label.startswith(_PUNYCODE):
        return label
    shown = idna.decode(label)
    # A label that does not come back from its Unicode form is not what it seems to be.
    if idna.encode(shown) != label.encode("ascii"):
        return label
    return shown if any(alphabet.match(shown) for alphabet in _ALPHABETS) else label
