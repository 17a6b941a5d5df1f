"""`manage.py links`."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.links.models import Link

pytestmark = pytest.mark.django_db


@pytest.fixture
def links(owner: User) -> Callable[..., str]:
    """What the command prints on behalf of the owner."""

    def run(act: str, *arguments: str, **options: Any) -> str:
        out = StringIO()
        call_command("links", act, "--owner", owner.email, *arguments, stdout=out, stderr=StringIO(), **options)
        return out.getvalue()

    return run


def test_a_link_is_made_and_listed(links: Callable[..., str]) -> None:
    links("create", "https://example.com/a", "--code", "spring", "--tag", "news", "--title", "Bad \x1b[31m title"[:3])

    listed = json.loads(links("list", "--json"))
    table = links("list")

    assert [row["short_url"].rpartition("/")[2] for row in listed] == ["spring"]
    assert listed[0]["tags"] == ["news"]
    assert table.splitlines()[0].split() == ["short_url", "destination_url", "title", "tags", "clicks", "created_at"]


def test_a_file_is_imported_and_exported(links: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    file.write_text("code,destination_url\none,https://example.com/1\ntwo,ftp://example.com/\n", encoding="utf-8")

    told = json.loads(links("import", str(file), "--json"))[0]
    links("export", str(tmp_path / "out.json"))

    assert told["created"] == 1
    assert told["problems"][0]["line"] == 3
    assert [link["code"] for link in json.loads((tmp_path / "out.json").read_text())["links"]] == ["one"]


def test_a_dry_run_makes_nothing(links: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    file.write_text("code,destination_url\none,https://example.com/1\n", encoding="utf-8")

    assert json.loads(links("import", str(file), "--dry-run", "--json"))[0]["created"] == 1
    assert not Link.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["create", "ftp://example.com/"], "URL: "),
        (["create", "https://example.com/", "--code", "a b"], "--code: "),
        (["create", "https://example.com/", "--domain", "no.such"], "--domain: "),
        (["import", "/no/such/file"], "FILE: "),
        (["import"], "FILE: "),
        (["list", "--workspace", "Nobody’s"], "--workspace: "),
    ],
)
def test_an_error_names_the_argument(links: Callable[..., str], arguments: list[str], named: str) -> None:
    with pytest.raises(CommandError, match=f"^{named}"):
        links(*arguments)


def test_an_unknown_owner_is_said(owner: User) -> None:
    with pytest.raises(CommandError, match=r"^--owner: "):
        call_command("links", "list", "--owner", "nobody@example.com")
