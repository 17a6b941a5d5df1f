"""What people read when the product starts."""

from pathlib import Path

from shortener_project.embedded.banner import banner
from shortener_project.embedded.valkey import Valkey


def test_a_configured_server_is_shown_without_its_password_beside_embedded_parts(tmp_path: Path) -> None:
    configured = {"DATABASE_URL": "postgres://user:hidden@db.example.com/shortener"}

    text = banner(engines=[Valkey(tmp_path)], configured=configured, log=tmp_path / "log")

    assert "DATABASE_URL    configured  postgres://user:***@db.example.com/shortener\n" in text
    assert f"REDIS_URL       embedded    Valkey 9, data in {tmp_path / 'valkey'}\n" in text
    assert "CLICKHOUSE_URL" not in text


def test_nothing_is_said_of_embedded_parts_when_there_are_none(tmp_path: Path) -> None:
    text = banner(engines=[], configured={"REDIS_URL": "redis://cache.example.com"}, log=tmp_path / "log")

    assert "mbedded" not in text
