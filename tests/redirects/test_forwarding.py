"""Where a visit goes: all that a link may forward, in combination."""

import pytest

from apps.redirects.decide import is_sendable
from apps.redirects.forwarding import MAX_LENGTH, Destination

UTM = {"utm_source": "mail & more", "utm_medium": "qr"}
UTM_QUERY = b"utm_source=mail%20%26%20more&utm_medium=qr"

# destination, UTM defaults, rest of the path, visitor's query, where it leads
CASES: list[tuple[bytes, dict[str, str], bytes, bytes, bytes | None]] = [
    (b"https://e.com/p", {}, b"", b"", b"https://e.com/p"),
    (b"https://e.com/p?x=1#f", {}, b"", b"", b"https://e.com/p?x=1#f"),
    # The query.
    (b"https://e.com/p", {}, b"", b"a=1&b=2", b"https://e.com/p?a=1&b=2"),
    (b"https://e.com/p?x=1", {}, b"", b"a=1", b"https://e.com/p?x=1&a=1"),
    (b"https://e.com/p?x=1#f", {}, b"", b"a=1", b"https://e.com/p?x=1&a=1#f"),
    (b"https://e.com/p?x=1", {}, b"", b"x=2&y=3", b"https://e.com/p?x=1&y=3"),
    (b"https://e.com/p?x=1", {}, b"", b"%78=2", b"https://e.com/p?x=1"),
    (b"https://e.com/p?a+b=1", {}, b"", b"a%20b=2&c", b"https://e.com/p?a+b=1&c"),
    (b"https://e.com/p", {}, b"", b"a=1&a=2", b"https://e.com/p?a=1&a=2"),
    (b"https://e.com/p", {}, b"", b"&&a&", b"https://e.com/p?a"),
    (b"https://e.com/p#f?x", {}, b"", b"a=1", b"https://e.com/p?a=1#f?x"),
    (b"https://e.com/p", {}, b"", b"a=%0d%0aX: y", b"https://e.com/p?a=%0d%0aX:%20y"),
    (b"https://e.com/p", {}, b"", b"a=\r\n\xff\"'<#>", b"https://e.com/p?a=%0D%0A%FF%22%27%3C%23%3E"),
    # The rest of the path.
    (b"https://e.com/p", {}, b"/a/b", b"", b"https://e.com/p/a/b"),
    (b"https://e.com/p/", {}, b"/a/b/", b"", b"https://e.com/p/a/b/"),
    (b"https://e.com/", {}, b"/a", b"", b"https://e.com/a"),
    (b"https://e.com", {}, b"/a", b"", b"https://e.com/a"),
    (b"https://e.com/p?x=1#f", {}, b"/a", b"", b"https://e.com/p/a?x=1#f"),
    (b"https://e.com/p", {}, b"/", b"", b"https://e.com/p"),
    (b"https://e.com/", {}, b"//evil.com", b"", b"https://e.com//evil.com"),
    (b"https://e.com", {}, b"/@evil.com", b"", b"https://e.com/@evil.com"),
    (b"https://e.com/p", {}, b"/./a/%2e/b", b"", b"https://e.com/p/a/b"),
    (b"https://e.com/p", {}, b"/a%20b\\c'<\xff", b"", b"https://e.com/p/a%20b%5Cc%27%3C%FF"),
    (b"https://e.com/p", {}, b"/a/../b", b"", None),
    (b"https://e.com/p", {}, b"/..", b"", None),
    (b"https://e.com/p", {}, b"/%2e%2E/b", b"", None),
    (b"https://e.com/p", {}, b"/.%2e", b"", None),
    (b"https://e.com/p", {}, b"/a%2f..%2fb", b"", None),
    (b"https://e.com/p", {}, b"/a\\..\\b", b"", None),
    (b"https://e.com/p", {}, b"/%252e%252e/b", b"", None),
    (b"https://e.com/p", {}, b"/a..b/...", b"", b"https://e.com/p/a..b/..."),
    (b"https://e.com/p", {}, b"/" + b"a" * MAX_LENGTH, b"", None),
    # UTM defaults.
    (b"https://e.com/p", UTM, b"", b"", b"https://e.com/p?" + UTM_QUERY),
    (b"https://e.com/p?x=1#f", UTM, b"", b"", b"https://e.com/p?x=1&" + UTM_QUERY + b"#f"),
    (b"https://e.com/p?utm_source=own", UTM, b"", b"", b"https://e.com/p?utm_source=own&utm_medium=qr"),
    (b"https://e.com/p", UTM, b"", b"utm_medium=visitor", b"https://e.com/p?utm_medium=visitor&utm_source=mail%20%26%20more"),
    # All of them.
    (
        b"https://e.com/p/?x=1&utm_medium=own#f",
        UTM,
        b"/a/b",
        b"x=9&utm_medium=v&utm_source=v&y=2",
        b"https://e.com/p/a/b?x=1&utm_medium=own&utm_source=v&y=2#f",
    ),
    (b"https://e.com/p#f", UTM, b"/a", b"y=2", b"https://e.com/p/a?y=2&" + UTM_QUERY + b"#f"),
    # Too long: the visitor's query goes first.
    (b"https://e.com/p?x=1", UTM, b"", b"a=" + b"b" * MAX_LENGTH, b"https://e.com/p?x=1&" + UTM_QUERY),
    (b"https://e.com/" + b"p" * (MAX_LENGTH - 20), UTM, b"", b"", b"https://e.com/" + b"p" * (MAX_LENGTH - 20)),
]


@pytest.mark.parametrize(("url", "utm", "rest", "query", "expected"), CASES)
def test_a_visit_goes_to_the_destination_with_what_is_forwarded(
    url: bytes, utm: dict[str, str], rest: bytes, query: bytes, expected: bytes | None
) -> None:
    found = Destination(url, utm).with_visit(rest=rest, query=query)

    assert found == expected
    assert found is None or is_sendable(found.decode("ascii"))
    assert found is None or len(found) <= MAX_LENGTH


def test_a_visit_of_which_nothing_goes_along_has_a_ready_answer() -> None:
    assert Destination(b"https://e.com/p#f", UTM).plain == b"https://e.com/p?" + UTM_QUERY + b"#f"


@pytest.mark.parametrize("byte", range(256))
def test_no_byte_of_a_visitor_breaks_out_of_the_header(byte: int) -> None:
    destination = Destination(b"https://e.com/p#f", {})

    found = destination.with_visit(rest=b"/a" + bytes([byte]) + b"b", query=b"q" + bytes([byte]) + b"=" + bytes([byte]))

    assert found is not None
    assert is_sendable(found.decode("ascii"))
    assert found.startswith(b"https://e.com/p/a")
    assert found.endswith(b"#f")
