"""Browser, system and device from user agents."""

import time

import pytest
from ua_parser import Domain, PartialResult

from apps.common.visitors import user_agents
from apps.common.visitors.metrics import ENRICHMENT_ERRORS
from apps.common.visitors.user_agents import UserAgent
from tests.shared_data import shared_json

DEVICES = {"desktop", "mobile", "tablet", "bot", "other"}
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
CASES = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36": ("Chrome", "142", "Windows", "10", "desktop"),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/142.0.0.0": ("Edge", "142", "Windows", "10", "desktop"),
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": ("Firefox", "145", "Ubuntu", "", "desktop"),
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) {SAFARI}/26.1 Mobile/15E148 Safari/604.1": (
        "Mobile Safari",
        "26",
        "iOS",
        "26.1",
        "mobile",
    ),
    f"Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) {SAFARI}/17.4 Mobile/15E148 Safari/604.1": (
        "Mobile Safari",
        "17",
        "iOS",
        "17.4",
        "tablet",
    ),
    f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {CHROME} Mobile Safari/537.36": ("Chrome Mobile", "142", "Android", "15", "mobile"),
    f"Mozilla/5.0 (Linux; Android 14; SM-X710) {CHROME} Safari/537.36": ("Chrome", "142", "Android", "14", "tablet"),
    f"Mozilla/5.0 (Linux; Android 12; BRAVIA 4K) {CHROME} Safari/537.36": ("Chrome", "142", "Android", "12", "other"),
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": ("Googlebot", "2", "Other", "", "bot"),
    "": ("Other", "", "Other", "", "other"),
    "\x00\udcff not a browser": ("Other", "", "Other", "", "other"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_a_user_agent_tells_browser_system_and_device(text: str, expected: tuple[str, ...]) -> None:
    assert user_agents.parse(text) == UserAgent(*expected)


@pytest.mark.parametrize(
    ("name", "field"),
    [("test_ua", "browser"), ("test_resources", "browser"), ("pgts_sample", "browser"), ("test_os", "os")],
)
def test_families_agree_with_the_reference_cases(name: str, field: str) -> None:
    cases = shared_json(f"uap-core/{name}.json")

    right = sum(getattr(user_agents.parse(case["user_agent_string"]), field) == case["family"] for case in cases)

    assert right / len(cases) >= 0.99


def test_every_reference_string_has_a_known_device_class_in_little_time() -> None:
    texts = [
        case["user_agent_string"]
        for name in ("test_ua", "test_resources", "pgts_sample", "test_os", "test_device_sample")
        for case in shared_json(f"uap-core/{name}.json")
    ]
    user_agents.parse("warm up")

    began = time.perf_counter()
    classes = {user_agents.parse(text).device for text in texts}

    assert classes <= DEVICES
    assert (time.perf_counter() - began) / len(texts) < 0.001


@pytest.mark.parametrize("piece", ["a", "(", "Mozilla/5.0 (", "Android ", "1.", " ", "Build/", "\n", "é"])
def test_hostile_strings_take_no_longer_than_their_length(piece: str) -> None:
    user_agents.parse("warm up")
    text = piece * 65_536

    began = time.perf_counter()
    user_agents.parse(text)

    assert time.perf_counter() - began < 0.05


def test_a_parser_that_throws_is_counted_and_the_rest_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def throw(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(user_agents, "_resolver", lambda: throw)
    before = ENRICHMENT_ERRORS["user_agent", "parser"]

    assert user_agents.parse("throws/1.0") == user_agents.UNKNOWN
    assert ENRICHMENT_ERRORS["user_agent", "parser"] == before + 1


def test_a_text_that_takes_long_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = user_agents._resolver()

    def dawdle(text: str, domain: Domain) -> PartialResult:
        time.sleep(2 * user_agents.SLOW_SECONDS)
        return resolve(text, domain)

    monkeypatch.setattr(user_agents, "_resolver", lambda: dawdle)
    before = ENRICHMENT_ERRORS["user_agent", "slow"]

    for _ in range(2):
        assert user_agents.parse("dawdles/1.0 (Windows NT 10.0)").os == "Windows"
    assert ENRICHMENT_ERRORS["user_agent", "slow"] == before + 1
