"""From URLs to the dictionaries that Django, Celery and the mail backends take."""

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


def postgresql(url: str) -> dict[str, Any]:
    """Django database settings for `postgres://user:password@host:port/name?option=value`.

    A percent-encoded path in place of the host is the directory of a Unix socket.
    Raises ImproperlyConfigured, naming DATABASE_URL, for anything else.
    """
    if _split(url, "DATABASE_URL").scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL: expected postgres://user:password@host:port/name")
    config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    config["HOST"] = unquote(config["HOST"])
    config["CONN_HEALTH_CHECKS"] = True
    config.setdefault("OPTIONS", {}).update(connect_timeout=5, pool={"min_size": 1, "max_size": 10, "timeout": 5})
    return config


def clickhouse(url: str) -> dict[str, Any]:
    """Django database settings for `clickhouse://user:password@host:9000/database` (native protocol).

    Raises ImproperlyConfigured, naming CLICKHOUSE_URL, for anything else.
    """
    parts = _split(url, "CLICKHOUSE_URL")
    if parts.scheme not in {"clickhouse", "clickhouses"} or not parts.hostname:
        raise ImproperlyConfigured("CLICKHOUSE_URL: expected clickhouse://user:password@host:9000/database")
    options: dict[str, Any] = {
        "connect_timeout": 5,
        "send_receive_timeout": 30,
        "sync_request_timeout": 5,
        "connections_min": 1,
        "connections_max": 32,
        "settings": {
            # A server may buffer inserts, which would acknowledge clicks before they are stored.
            "async_insert": 0,
            "mutations_sync": 1,
            # 1 on current servers, 0 on older ones: repeated blocks must not count twice in rollups.
            "deduplicate_blocks_in_dependent_materialized_views": 1,
            "max_execution_time": 20,
        },
    }
    if parts.scheme == "clickhouses":
        options["secure"] = True
    options["settings"].update(parse_qsl(parts.query))
    return {
        "ENGINE": "clickhouse_backend.backend",
        "HOST": parts.hostname,
        "PORT": parts.port or (9440 if parts.scheme == "clickhouses" else 9000),
        "NAME": parts.path.lstrip("/") or "analytics",
        "USER": unquote(parts.username or "default"),
        "PASSWORD": unquote(parts.password or ""),
        "OPTIONS": options,
        "TEST": {"DEPENDENCIES": [], "fake_transaction": True},
    }


def _split(url: str, variable: str) -> SplitResult:
    """The parts of `url`, all of which can be read. Raises ImproperlyConfigured, naming `variable`."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable}: {error}") from None
    return parts


def redis(url: str) -> str:
    """`url`, which is `redis://user:password@host:6379/0`, `rediss://…` or `unix:///path?db=0`.

    Raises ImproperlyConfigured, naming REDIS_URL, for anything else.
    """
    if _split(url, "REDIS_URL").scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("REDIS_URL: expected redis://user:password@host:6379/0")
    return url


def celery_broker(redis_url: str) -> str:
    """The Redis URL in Celery's spelling: Unix sockets have a scheme of their own there."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.path}?virtual_host={database}"


def email(url: str) -> dict[str, Any]:
    """Django's EMAIL_* settings for `smtp://user:password@host:587`, `smtp+tls://…` or `consolemail://`.

    Raises ImproperlyConfigured, naming EMAIL_URL, for anything else.
    """
    if _split(url, "EMAIL_URL").scheme not in environ.Env.EMAIL_SCHEMES:
        raise ImproperlyConfigured("EMAIL_URL: expected smtp+tls://user:password@host:587")
    return dict(environ.Env.email_url_config(url))


def logging(*, level: str) -> dict[str, Any]:
    """Django's LOGGING: one line an event on standard error, in the format of structlog."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "apps.common.logs.LineFormatter"}},
        "filters": {"refused": {"()": "apps.common.logs.RefusedRequests"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refused"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "uvicorn.error": {"level": "WARNING"},
        },
    }
