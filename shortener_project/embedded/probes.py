"""Does the server behind a URL variable answer? Asked before anything is started."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis
from clickhouse_driver.errors import Error as ClickHouseError
from redis.backoff import NoBackoff
from redis.retry import Retry

from shortener_project.embedded.clickhouse_client import select_one
from shortener_project.embedded.errors import StartError
from shortener_project.settings import connections

_SECONDS = 4
_OLDEST_POSTGRESQL = 15


def probe(configured: Mapping[str, str]) -> None:
    """Ask all servers at once. Raises StartError, naming the variable, for the first without a good answer."""
    if not configured:
        return
    with ThreadPoolExecutor(max_workers=len(configured)) as pool:
        asked = {name: pool.submit(_PROBES[name], url) for name, url in configured.items()}
        for name, answer in asked.items():
            if reason := answer.result():
                raise StartError(name, f"{without_password(configured[name])} {reason}")


def without_password(url: str) -> str:
    """`url` as it may be shown."""
    parts = urlsplit(url)
    user, colon, _password = (parts.netloc.rpartition("@")[0]).partition(":")
    if not colon:
        return url
    return parts._replace(netloc=f"{user}:***@{parts.netloc.rpartition('@')[2]}").geturl()


def _postgresql(url: str) -> str:
    try:
        with psycopg.connect(url, connect_timeout=_SECONDS) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        return _refused(error)
    return "" if version >= _OLDEST_POSTGRESQL else f"is PostgreSQL {version}; {_OLDEST_POSTGRESQL} or later is needed"


def _redis(url: str) -> str:
    timeouts: dict[str, Any] = {"socket_connect_timeout": _SECONDS, "socket_timeout": _SECONDS, "retry": Retry(NoBackoff(), 0)}
    try:
        with redis.Redis.from_url(url, **timeouts) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        return _refused(error)
    return ""


def _clickhouse(url: str) -> str:
    found = connections.clickhouse(url)
    try:
        select_one(
            host=found["HOST"],
            port=found["PORT"],
            database=found["NAME"],
            user=found["USER"],
            password=found["PASSWORD"],
            secure=bool(found["OPTIONS"].get("secure")),
            seconds=_SECONDS,
        )
    except (ClickHouseError, OSError, EOFError) as error:
        return _refused(error)
    return ""


_PROBES: Mapping[str, Callable[[str], str]] = {
    "DATABASE_URL": _postgresql,
    "REDIS_URL": _redis,
    "CLICKHOUSE_URL": _clickhouse,
}


def _refused(error: Exception) -> str:
    """Why, in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"does not answer ({lines[0] if lines else type(error).__name__})"
