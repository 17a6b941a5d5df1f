"""The large public collections: whatever is in them, the answer is a destination or a typed refusal."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from apps.links import destinations
from apps.links.destinations import Destination
from apps.links.errors import LinkError
from tests.shared_data import shared_json

pytestmark = pytest.mark.django_db
SENDABLE = re.compile(r"https?://[\x21-\x7e]+\Z")


def outcome(text: str) -> Destination | LinkError:
    try:
        found = destinations.parse(text)
    except LinkError as error:
        return error
    assert SENDABLE.match(found.url)
    assert destinations.parse(found.url) == found
    return found


def web_cases() -> Iterator[dict[str, Any]]:
    for case in shared_json("whatwg-url/urltestdata.json"):
        if isinstance(case, dict) and case.get("base") is None:
            yield case


def test_whatever_browsers_refuse_is_refused() -> None:
    # Without a scheme, https is meant here; only cases with one can be compared.
    cases = [case for case in web_cases() if case.get("failure") and re.match(r"\s*[a-zA-Z][a-zA-Z0-9+.-]*:", case["input"])]
    assert len(cases) > 50

    accepted = [case["input"] for case in cases if isinstance(outcome(case["input"]), Destination)]

    assert accepted == []


def test_other_schemes_than_those_of_the_web_are_refused() -> None:
    cases = [case for case in web_cases() if not case.get("failure") and case["protocol"] not in {"http:", "https:"}]
    assert len(cases) > 50

    assert [case["input"] for case in cases if isinstance(outcome(case["input"]), Destination)] == []


def test_what_is_accepted_goes_where_browsers_would_go() -> None:
    cases = [case for case in web_cases() if not case.get("failure") and case["protocol"] in {"http:", "https:"}]
    found = [(case, outcome(case["input"])) for case in cases]
    accepted = [(case, result) for case, result in found if isinstance(result, Destination)]

    assert [case["input"] for case, result in accepted if result.url != case["href"]] == []
    assert [case["input"] for case, result in accepted if result.host != case["hostname"]] == []
    assert len(accepted) > 40


def test_international_hosts_have_the_form_that_browsers_use() -> None:
    cases = shared_json("whatwg-url/toascii.json")
    for case in (case for case in cases if isinstance(case, dict)):
        result = outcome(f"https://{case['input']}/")
        if isinstance(result, Destination):
            assert result.host == case["output"], case


@pytest.mark.parametrize("name", ["redirect-payloads/open-redirect.json", "redirect-payloads/crlf.json", "naughty-strings/blns.json"])
@pytest.mark.parametrize("prefix", ["", "https://example.com/", "https://example.com/?q=", "https://"])
def test_hostile_text_becomes_a_sendable_address_or_a_typed_refusal(name: str, prefix: str) -> None:
    results = [outcome(prefix + text) for text in shared_json(name)]

    assert all(isinstance(result, Destination) or result.field == "destination_url" for result in results)
