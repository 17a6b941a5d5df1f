"""Files of other products. Each is written after what is known of its form."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from pytest_django import Settings

from apps.links.models import Link
from tests.links.importing.conftest import Import

pytestmark = pytest.mark.django_db
MADE = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
# BCrypt of "open sesame", with few rounds.
HASH = "$2b$04$abcdefghijklmnopqrstuuXU8PZsUwQWUUP2QoyU1q0eyX6.qd1iW"

BITLY_CSV = """Title,Long URL,Bitlink,Created,Tags,Total Clicks
Spring,https://example.com/a,bit.ly/3abc,2024-05-06T07:08:09+0000,"news, sale",12
"""
BITLY_JSON = {
    "links": [
        {
            "id": "bit.ly/3abc",
            "link": "https://bit.ly/3abc",
            "long_url": "https://example.com/a",
            "title": "Spring",
            "created_at": "2024-05-06T07:08:09+0000",
            "archived": True,
            "tags": ["news"],
            "custom_bitlinks": ["https://bit.ly/spring"],
        }
    ],
    "pagination": {"next": "", "size": 50},
}
DUB_CSV = """Short link,Destination URL,Clicks,Created at,Tags,Archived
https://go.example.net/spring,https://example.com/a,12,2024-05-06T07:08:09.000Z,"news, sale",No
"""
SHLINK_CSV = """createdAt,domain,shortCode,shortUrl,longUrl,title,tags,visits
2024-05-06T07:08:09+00:00,s.test,spring,https://s.test/spring,https://example.com/a,Spring,news|sale,12
"""
SHLINK_IMPORT = "Long URL;Short code;Title;Tags\nhttps://example.com/a;spring;Spring;news|sale\n"
YOURLS_JSON = {
    "links": {
        "link_1": {
            "shorturl": "https://sho.example/spring",
            "url": "https://example.com/a",
            "title": "Spring",
            "timestamp": "2024-05-06 07:08:09",
            "ip": "192.0.2.1",
            "clicks": "12",
        }
    },
    "stats": {"total_links": "1", "total_clicks": "12"},
    "statusCode": "200",
}
YOURLS_PLUGIN = {
    "result": [{"keyword": "spring", "url": "https://example.com/a", "title": "Spring", "timestamp": "2024-05-06 07:08:09", "clicks": 12}]
}
YOURLS_SQL = r"""-- MySQL dump 10.13
DROP TABLE IF EXISTS `yourls_log`;
CREATE TABLE `yourls_log` (`click_id` int NOT NULL, `shorturl` varchar(100), PRIMARY KEY (`click_id`));
INSERT INTO `yourls_log` VALUES (1,'spring'),(2,'it''s; ) ''');
CREATE TABLE `yourls_url` (
  `keyword` varchar(100) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `url` text CHARACTER SET utf8mb4 NOT NULL,
  `title` text,
  `timestamp` timestamp NOT NULL DEFAULT current_timestamp(),
  `ip` varchar(41),
  `clicks` int unsigned NOT NULL,
  PRIMARY KEY (`keyword`),
  KEY `ip` (`ip`)
) ENGINE=InnoDB;
/*!40000 ALTER TABLE `yourls_url` DISABLE KEYS */;
INSERT INTO `yourls_url` VALUES ('spring','https://example.com/a','It\'s \"spring\"; (now)','2024-05-06 07:08:09','192.0.2.1',12),
 ('two','https://example.com/b',NULL,'2024-05-06 07:08:09','192.0.2.1',0);
"""
KUTT_JSON = {
    "total": 1,
    "limit": 10,
    "skip": 0,
    "data": [
        {
            "id": "6f6e",
            "address": "spring",
            "banned": False,
            "created_at": "2024-05-06T07:08:09.000Z",
            "description": "For the letter",
            "target": "https://example.com/a",
            "password": True,
            "visit_count": 12,
            "link": "https://kutt.test/spring",
        }
    ],
}
KUTT_SQL = f"""--
-- PostgreSQL database dump
--
SET standard_conforming_strings = on;
COPY public.domains (id, address, homepage, user_id) FROM stdin;
7	go.example.net	\\N	1
\\.

COPY public.links (id, address, description, banned, domain_id, password, expire_in, target, visit_count, created_at) FROM stdin;
1	spring	two\\nlines	f	7	{HASH}	\\N	https://example.com/a	12	2024-05-06 07:08:09+00
2	bad	\\N	t	\\N	\\N	\\N	https://example.com/b	0	2024-05-06 07:08:09+00
\\.
"""
POLR_SQL = """INSERT INTO `links` (`id`, `short_url`, `long_url`, `ip`, `clicks`, `secret_key`, `is_disabled`, `created_at`) VALUES
(1, 'spring', 'https://example.com/a', '', 12, '', 0, '2024-05-06 07:08:09'),
(2, 'hidden', 'https://example.com/b', '', 0, 'a1b2', 0, '2024-05-06 07:08:09'),
(3, 'off', 'https://example.com/c', '', 0, '', 1, '2024-05-06 07:08:09');
"""
CHHOTO_JSON = [{"shortlink": "spring", "longlink": "https://example.com/a", "hits": 12, "expiry_time": 0, "notes": "For the letter"}]
SINK_JSON = {
    "version": "1.0",
    "count": 1,
    "links": [
        {
            "id": "x",
            "slug": "spring",
            "url": "https://example.com/a",
            "comment": "For the letter",
            "createdAt": 1714979289,
            "updatedAt": 1714979289,
            "title": "Spring",
            "password": "protected$abc",
            "apple": "https://apps.example/ios",
            "geo": {"DE": "https://example.de/"},
            "tags": ["news"],
        }
    ],
    "cursor": "",
    "list_complete": True,
}
DUB_JSON = [
    {
        "domain": "dub.sh",
        "key": "spring",
        "url": "https://example.com/a",
        "clicks": 12,
        "createdAt": "2024-05-06T07:08:09.000Z",
        "password": "open sesame",
        "tags": [{"name": "news"}],
        "geo": {"DE": "https://example.de/"},
        "testVariants": None,
    }
]


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (BITLY_CSV, "bitly"),
        (DUB_CSV, "dub"),
        (DUB_JSON, "dub"),
        (SHLINK_CSV, "shlink"),
        (YOURLS_JSON, "yourls"),
        (YOURLS_PLUGIN, "yourls"),
        (YOURLS_SQL, "yourls"),
        (KUTT_JSON, "kutt"),
        (KUTT_SQL, "kutt"),
        (POLR_SQL, "polr"),
        (CHHOTO_JSON, "chhoto"),
        (SINK_JSON, "sink"),
    ],
    ids=[
        "bitly-csv",
        "dub-csv",
        "dub-json",
        "shlink-csv",
        "yourls-json",
        "yourls-plugin",
        "yourls-sql",
        "kutt-json",
        "kutt-sql",
        "polr",
        "chhoto",
        "sink",
    ],
)
def test_a_file_is_recognised_and_gives_code_destination_and_clicks(content: Any, format_: str, import_file: Import) -> None:
    job = import_file(content)

    assert job.format == format_
    assert "refused" not in job.counts
    link = Link.objects.get(code__in=["spring", "3abc"])
    assert link.destination_url == "https://example.com/a"
    assert link.click_count == (0 if format_ == "sink" else 12)
    if format_ != "chhoto":
        assert link.created_at == MADE


def test_a_custom_back_half_of_bitly_is_the_code_and_the_hash_leads_there(import_file: Import) -> None:
    import_file(BITLY_JSON)

    link = Link.objects.get()
    assert link.code == "spring"
    assert [alias.code for alias in link.aliases.all()] == ["3abc"]
    assert sorted(tag.name for tag in link.tags.all()) == ["archived", "news"]


def test_shlinks_import_form_is_read_with_semicolons(import_file: Import) -> None:
    import_file(SHLINK_IMPORT)

    link = Link.objects.get()
    assert (link.code, link.title) == ("spring", "Spring")
    assert sorted(tag.name for tag in link.tags.all()) == ["news", "sale"]


def test_a_title_of_a_dump_is_what_it_stood_for(import_file: Import) -> None:
    import_file(YOURLS_SQL)

    assert Link.objects.get(code="spring").title == 'It\'s "spring"; (now)'


def test_kutts_password_still_opens_the_link(import_file: Import, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["apps.accounts.hashers.ForeignBCryptPasswordHasher"]
    import bcrypt  # noqa: PLC0415 - a dependency of hashers

    made = bcrypt.hashpw(b"open sesame", bcrypt.gensalt(4)).decode()

    import_file(KUTT_SQL.replace(HASH, made))

    link = Link.objects.get(code="spring")
    assert check_password("open sesame", link.password_hash)
    assert not check_password("open", link.password_hash)
    assert not check_password("x" * 128, link.password_hash)


def test_a_banned_link_is_imported_disabled(import_file: Import) -> None:
    import_file(KUTT_SQL)

    assert not Link.objects.get(code="bad").is_active


@pytest.mark.parametrize(
    ("content", "code"), [(KUTT_JSON, "spring"), (POLR_SQL, "hidden"), (SINK_JSON, "spring")], ids=["kutt", "polr", "sink"]
)
def test_a_protected_link_without_a_usable_hash_is_locked(content: Any, code: str, import_file: Import) -> None:
    job = import_file(content)

    assert Link.objects.get(code=code).password_hash.startswith("!")
    assert "locked until you set a new one" in " ".join(job.rows.values_list("message", flat=True))


def test_a_password_in_the_clear_is_hashed(import_file: Import) -> None:
    import_file(DUB_JSON)

    assert check_password("open sesame", Link.objects.get().password_hash)


@pytest.mark.parametrize("hashed", ["bcrypt$$2b$31$" + "a" * 53, "md5$a$b", "plain", "bcrypt$$2b$04$short"])
def test_a_hash_that_would_cost_too_much_or_is_none_locks_the_link(hashed: str, import_file: Import) -> None:
    import_file([{"domain": "", "code": "spring", "destination_url": "https://example.com/", "password_hash": hashed}])

    assert Link.objects.get().password_hash.startswith("!")


def test_rules_of_systems_and_countries_come_along(import_file: Import) -> None:
    import_file(SINK_JSON)

    rules = [(rule.conditions[0]["kind"], rule.conditions[0]["values"], rule.destination_url) for rule in Link.objects.get().rules.all()]
    assert rules == [("os", ["iOS"], "https://apps.example/ios"), ("country", ["DE"], "https://example.de/")]


def test_chhotos_database_is_read(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "urls.sqlite"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE urls (id INTEGER PRIMARY KEY, short_url TEXT, long_url TEXT, hits INTEGER, expiry_time INTEGER, notes TEXT)"
        )
        database.execute("INSERT INTO urls VALUES (1, 'spring', 'https://example.com/a', 12, 2000000000, 'For the letter')")
        database.execute("CREATE VIEW other AS SELECT 1 AS short_url, 2 AS long_url, 3 AS hits")
    database.close()

    job = import_file(path.read_bytes())

    assert job.format == "chhoto"
    link = Link.objects.get()
    assert (link.code, link.click_count, link.description) == ("spring", 12, "For the letter")
    assert link.expires_at == datetime(2033, 5, 18, 3, 33, 20, tzinfo=UTC)


def test_links_of_another_host_are_refused_when_only_ours_are_wanted(check: Import) -> None:
    job = check(DUB_CSV, takes_other_hosts=False)

    assert list(job.rows.values_list("outcome", "problem")) == [("refused", "unknown_domain")]


def test_the_encoding_is_found(import_file: Import) -> None:
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")):
        text = f"code\tdestination_url\ttitle\ncode{number}\thttps://example.com/\tGrüße 😀\n"
        import_file(text.encode(encoding))

    assert set(Link.objects.values_list("title", flat=True)) == {"Grüße 😀"}
    assert Link.objects.count() == 5
