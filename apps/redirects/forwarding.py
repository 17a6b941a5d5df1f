"""A destination with what of the visitor's request goes along. What comes out may stand in a Location
header, whatever came in.

- The rest of the path is appended to the destination's path. `.` segments are left out; a rest with
  a `..` segment, however it is written, has no destination.
- Of the visitor's query those parameters are appended whose names the destination does not have.
- UTM defaults are appended whose names neither of them has.
- The destination's fragment stays at the end.
- Nothing grows beyond MAX_LENGTH: first the visitor's query is left out, then the UTM defaults.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import quote, unquote_to_bytes

MAX_LENGTH: Final = 8192
_SLASHES = re.compile(rb"[/\\]")
# All but what a browser would leave as it is; percent signs stay.
_not_in_path = re.compile(rb"[^A-Za-z0-9\-._~!$&()*+,;=:@%/]")
_not_in_query = re.compile(rb"[^A-Za-z0-9\-._~!$&()*+,;=:@%/?\[\]{}|^`\\]")


class Destination:
    """One destination URL, taken apart once. `plain` is the URL for a visit of which nothing goes along."""

    __slots__ = ("_base", "_fragment", "_names", "_query", "_utm", "plain")

    def __init__(self, url: bytes, utm: Mapping[str, str]) -> None:
        whole, mark, fragment = url.partition(b"#")
        self._base, _, self._query = whole.partition(b"?")
        self._fragment = mark + fragment
        self._names = {_name(piece) for piece in self._query.split(b"&")}
        defaults = {name.encode(): f"{quote(name, safe='')}={quote(value, safe='')}".encode() for name, value in utm.items()}
        self._utm = {name: piece for name, piece in defaults.items() if name not in self._names}
        self.plain = self._within_limit(self._base, b"")

    def with_visit(self, *, rest: bytes, query: bytes) -> bytes | None:
        """The URL for a visit with this `rest` of the path (b"" or from its slash on) and `query`; None
        when the rest leads nowhere."""
        base = self._base
        if rest not in (b"", b"/"):
            if not is_forwardable(rest):
                return None
            base = base.removesuffix(b"/") + b"/" + _normalised(rest[1:])
            if len(base) + len(self._query) + len(self._fragment) >= MAX_LENGTH:
                return None
        return self._within_limit(base, query)

    def _within_limit(self, base: bytes, query: bytes) -> bytes:
        forwarded = [piece for piece in query.split(b"&") if piece and _name(piece) not in self._names] if query else []
        for pieces, defaults in ((forwarded, self._utm), ([], self._utm), ([], {})):
            url = self._joined(base, [_not_in_query.sub(_escaped, piece) for piece in pieces], defaults)
            if len(url) <= MAX_LENGTH:
                break
        return url

    def _joined(self, base: bytes, forwarded: Collection[bytes], utm: Mapping[bytes, bytes]) -> bytes:
        names = {_name(piece) for piece in forwarded} if utm and forwarded else ()
        pieces = [*forwarded, *(piece for name, piece in utm.items() if name not in names)]
        if self._query:
            pieces.insert(0, self._query)
        return base + (b"?" + b"&".join(pieces) if pieces else b"") + self._fragment


def _name(piece: bytes) -> bytes:
    """Name of one parameter, unescaped."""
    return unquote_to_bytes(piece.partition(b"=")[0].replace(b"+", b" "))


def is_forwardable(rest: bytes) -> bool:
    """Whether the rest of a path may be appended to another one."""
    return not any(b".." in _SLASHES.split(_plain(segment)) for segment in rest.split(b"/"))


def _normalised(rest: bytes) -> bytes:
    segments = [segment for segment in rest.split(b"/") if _plain(segment) != b"."]
    return _not_in_path.sub(_escaped, b"/".join(segments))


def _plain(segment: bytes) -> bytes:
    """Unescaped twice: some servers do it more often than once."""
    return unquote_to_bytes(unquote_to_bytes(segment))


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % found[0][0]
