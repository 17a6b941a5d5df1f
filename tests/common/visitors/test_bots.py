"""Clicks made by machines."""

import pytest

from apps.common.visitors.bots import bot_reason, is_crawler
from apps.common.visitors.user_agents import parse
from tests.shared_data import shared_json

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
# Programs without a person in front: the reference has them among browsers, a click by them is a bot's.
PROGRAMS = {
    "AHC", "Catchpoint", "Go-http-client", "GmailImageProxy", "HTTPie", "HeadlessChrome", "Jersey", "Monitis", "OpenVAS Scanner",
    "PhantomJS", "Python Requests", "Python aiohttp", "RackspaceBot", "Ruxit Synthetic", "Site24x7", "Tiny Tiny RSS", "WhatsApp", "Wget",
    "axios", "curl", "got", "libwww-perl", "okhttp", "wget2",
}  # fmt: skip


@pytest.mark.parametrize(
    ("click", "reason"),
    [
        ({"method": "GET", "purpose": "", "user_agent": CHROME}, ""),
        ({"method": "HEAD", "purpose": "", "user_agent": CHROME}, "head"),
        ({"method": "GET", "purpose": "prefetch", "user_agent": CHROME}, "prefetch"),
        ({"method": "GET", "purpose": "Prefetch;prerender", "user_agent": CHROME}, "prefetch"),
        ({"method": "GET", "purpose": "", "user_agent": "  "}, "empty_agent"),
        ({"method": "GET", "purpose": "", "user_agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}, "crawler"),
        ({"method": "GET", "purpose": "", "user_agent": "curl/8.14.1"}, "crawler"),
        ({"method": "GET", "purpose": "", "user_agent": "Example Web Crawler/1.0 (+https://example.org/crawler)"}, "crawler"),
    ],
)
def test_the_reason_says_why_a_click_is_a_machines(click: dict[str, str], reason: str) -> None:
    assert bot_reason(**click) == reason


@pytest.mark.parametrize(
    "text",
    [
        "Mozilla/5.0 (iPad; U; CPU iPhone OS 7_0 like Mac OS X; de-DE) WIRED/3.2.3.11.87970",
        "Opera/9.80 (MAUI Runtime; Opera Mini/4.4.39008/37.9178; U; en) Presto/2.12.423 Version/12.16",
        "DAVdroid/1.9-ose (2017/10/19; dav4android; okhttp3) Android/7.1.2",
        "Mozilla/5.0 (Linux; U; Android 15; en-gb; CPH2617 Build/AP3A.240617.008) AppleWebKit/537.36 Chrome/125.0 Mobile Safari/537",
    ],
)
def test_phones_and_apps_whose_names_hold_a_crawlers_are_people(text: str) -> None:
    assert not is_crawler(text)


def test_known_crawlers_are_recognised() -> None:
    texts = [text for entry in shared_json("crawler-user-agents/crawler-user-agents.json") for text in entry["instances"]]

    assert sum(map(is_crawler, texts)) / len(texts) >= 0.98


def test_the_browsers_of_people_are_left_alone() -> None:
    texts = {
        case["user_agent_string"]
        for name in ("test_ua", "test_resources", "pgts_sample", "test_os", "test_device_sample")
        for case in shared_json(f"uap-core/{name}.json")
    }
    people = [text for text in texts if (agent := parse(text)).device != "bot" and agent.browser not in PROGRAMS]

    mistaken = [text for text in people if is_crawler(text)]

    assert len(mistaken) / len(people) < 0.001, mistaken
