from typing import Any

import pytest

from apps.links.conditions import checked
from apps.links.errors import LinkError

ACCEPTED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"kind": "device", "values": ["Mobile", "tablet"]}, {"kind": "device", "values": ["mobile", "tablet"]}),
    ({"kind": "os", "values": ["ios", "macos", "iOS"]}, {"kind": "os", "values": ["iOS", "macOS"]}),
    ({"kind": "browser", "values": ["Samsung internet"]}, {"kind": "browser", "values": ["Samsung Internet"]}),
    ({"kind": "language", "values": ["DE", "pt_br", "zh-hant-tw"]}, {"kind": "language", "values": ["de", "pt-BR", "zh-Hant-TW"]}),
    ({"kind": "country", "values": [" de", "XK"]}, {"kind": "country", "values": ["DE", "XK"]}),
    ({"kind": "ip", "values": ["10.1.2.3/8", "::ffff:192.0.2.7"]}, {"kind": "ip", "values": ["10.0.0.0/8", "192.0.2.7/32"]}),
    ({"kind": "ip", "values": ["2001:db8::1"]}, {"kind": "ip", "values": ["2001:db8::1/128"]}),
    ({"kind": "query", "name": " ref "}, {"kind": "query", "name": "ref", "values": []}),
    ({"kind": "query", "name": "ref", "values": ["a b", ""]}, {"kind": "query", "name": "ref", "values": ["a b", ""]}),
    (
        {"kind": "window", "from": "2026-12-01T00:00:00+01:00"},
        {"kind": "window", "from": "2026-11-30T23:00:00+00:00", "until": None},
    ),
    ({"kind": "country", "values": ["AT"], "not": True}, {"kind": "country", "values": ["AT"], "not": True}),
    ({"kind": "country", "values": ["AT"], "not": False}, {"kind": "country", "values": ["AT"]}),
]

REFUSED: list[tuple[Any, str]] = [
    ("device", "invalid_condition"),
    (7, "invalid_condition"),
    ({}, "invalid_condition"),
    ({"kind": "moon"}, "invalid_condition"),
    ({"kind": ["device"]}, "invalid_condition"),
    ({"kind": "device", "values": ["mobile"], "not": 1}, "invalid_condition"),
    ({"kind": "device", "values": ["mobile"], "also": 1}, "invalid_condition"),
    ({"kind": "device", "values": "mobile"}, "condition_values"),
    ({"kind": "device", "values": []}, "condition_values"),
    ({"kind": "device", "values": ["toaster"]}, "condition_values"),
    ({"kind": "device", "values": [1]}, "condition_values"),
    ({"kind": "country", "values": ["DE"] * 251}, "condition_values"),
    ({"kind": "country", "values": ["QQ"]}, "invalid_country"),
    ({"kind": "country", "values": ["Germany"]}, "invalid_country"),
    ({"kind": "language", "values": ["german!"]}, "invalid_language"),
    ({"kind": "ip", "values": ["10.0.0.0/33"]}, "invalid_network"),
    ({"kind": "ip", "values": ["example.com"]}, "invalid_network"),
    ({"kind": "query", "values": ["a"]}, "condition_values"),
    ({"kind": "query", "name": " "}, "condition_values"),
    ({"kind": "query", "name": "a\0b"}, "condition_values"),
    ({"kind": "query", "name": "a", "values": ["\ud800"]}, "condition_values"),
    ({"kind": "query", "name": "a" * 201}, "condition_too_long"),
    ({"kind": "query", "name": "a", "values": ["b" * 201]}, "condition_too_long"),
    ({"kind": "window"}, "invalid_time"),
    ({"kind": "window", "from": "2026-12-01T00:00:00"}, "invalid_time"),
    ({"kind": "window", "from": "tomorrow"}, "invalid_time"),
    ({"kind": "window", "from": "0001-01-01T00:00:00+01:00"}, "invalid_time"),
    ({"kind": "window", "until": 5}, "invalid_time"),
    ({"kind": "window", "from": "2026-12-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}, "window_empty"),
]


@pytest.mark.parametrize(("given", "stored"), ACCEPTED)
def test_a_condition_is_stored_in_one_spelling(given: dict[str, Any], stored: dict[str, Any]) -> None:
    assert checked([given]) == [stored]
    assert checked([stored]) == [stored]


@pytest.mark.parametrize(("given", "code"), REFUSED)
def test_a_condition_that_cannot_be_is_refused_by_its_place(given: Any, code: str) -> None:
    with pytest.raises(LinkError) as refused:
        checked([{"kind": "device", "values": ["mobile"]}, given])

    assert (refused.value.field, refused.value.code, refused.value.params) == ("rules", code, {"condition": 1})


@pytest.mark.parametrize("given", [None, "text", {"kind": "device"}, 5])
def test_conditions_are_a_list(given: Any) -> None:
    with pytest.raises(LinkError) as refused:
        checked(given)

    assert refused.value.code == "invalid_condition"


def test_a_rule_has_at_most_ten_conditions() -> None:
    condition = {"kind": "device", "values": ["mobile"]}
    assert len(checked([condition] * 10)) == 10

    with pytest.raises(LinkError) as refused:
        checked([condition] * 11)

    assert refused.value.code == "too_many_conditions"
