"""From URLs to the dictionaries that Django, Celery and the mail backends take."""

import re
from collections.abc import Mapping, Sequence
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


# A cluster's name in the servers' configuration.
_CLUSTER_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def clickhouse(url: str, *, cluster: str = "") -> dict[str, Any]:
    """Django database settings for `clickhouse://user:password@host:9000/database` (native protocol), a server of `cluster` if named.

    Raises ImproperlyConfigured, naming CLICKHOUSE_URL or CLICKHOUSE_CLUSTER, for anything else.
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
            # From 26 on servers listen to insert_deduplicate only so.
            "deduplicate_insert": "backward_compatible_choice",
            "max_execution_time": 20,
        },
    }
    if parts.scheme == "clickhouses":
        options["secure"] = True
    if cluster:
        options.update(_cluster_options(cluster, options.pop("settings")))
    options["settings"].update(parse_qsl(parts.query))
    return {
        "ENGINE": "apps.analytics.backend" if cluster else "clickhouse_backend.backend",
        "HOST": parts.hostname,
        "PORT": parts.port or (9440 if parts.scheme == "clickhouses" else 9000),
        "NAME": parts.path.lstrip("/") or "analytics",
        "USER": unquote(parts.username or "default"),
        "PASSWORD": unquote(parts.password or ""),
        "OPTIONS": options,
        "TEST": {"DEPENDENCIES": [], "fake_transaction": True, **({"cluster": cluster} if cluster else {})},
    }


def _cluster_options(cluster: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a connection to `cluster` needs besides; see apps/analytics/CLUSTER.md. Raises ImproperlyConfigured."""
    if not _CLUSTER_NAME.fullmatch(cluster):
        raise ImproperlyConfigured(f"CLICKHOUSE_CLUSTER: expected the name of a cluster in the servers' configuration, got {cluster!r}")
    return {
        "migration_cluster": cluster,
        "distributed_migrations": True,
        "settings": {
            **settings,
            # A server that has confirmed rows has handed them to their shards, and most copies of the shard have them.
            "distributed_foreground_insert": 1,
            "insert_quorum": "auto",
            # A subquery is answered by all shards before it goes to each of them.
            "distributed_product_mode": "global",
            # Less than the client's patience (s, and ms), so that it hears the reason.
            "insert_quorum_timeout": 20_000,
            "distributed_ddl_task_timeout": 20,
            # A column is there on all copies of a shard before a migration goes on.
            "alter_sync": 2,
        },
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


def kafka_security(
    *, user: str, password: str, mechanism: str, is_encrypted: bool, ca_file: str, certificate_file: str, key_file: str
) -> dict[str, Any]:
    """Options of Kafka's clients for a log-in (when there is a `user`), for TLS, or for both.

    Without `ca_file` the system's authorities are trusted; a client certificate is shown when it is named.
    Raises ImproperlyConfigured, naming a variable, for what does not fit together.
    """
    if user and not password:
        raise ImproperlyConfigured("KAFKA_PASSWORD: needed with KAFKA_USER")
    if (ca_file or certificate_file or key_file) and not is_encrypted:
        raise ImproperlyConfigured("KAFKA_TLS: files for TLS are named, so it must be true")
    options: dict[str, Any] = {}
    if user:
        options |= {"sasl_mechanism": mechanism, "sasl_plain_username": user, "sasl_plain_password": password}
    if is_encrypted:
        files = {"ssl_cafile": ca_file, "ssl_certfile": certificate_file, "ssl_keyfile": key_file}
        options |= {name: path for name, path in files.items() if path}
    protocol = ("SASL_SSL" if user else "SSL") if is_encrypted else ("SASL_PLAINTEXT" if user else "PLAINTEXT")
    return {"security_protocol": protocol, **options}


def elasticsearch(*, urls: Sequence[str], user: str, password: str, api_key: str, ca_file: str) -> dict[str, Any]:
    """Options of Elasticsearch's client for `https://user:password@host:9200`, the nodes of one cluster; {} for none.

    A log-in is a user and a password, by themselves or in the URLs, or an API key. Without `ca_file` the system's
    authorities are trusted. Raises ImproperlyConfigured, naming a variable, for what does not fit together.
    """
    if not urls:
        return {}
    hosts, in_url = _elasticsearch_nodes(urls)
    name, secret_word = (user, password) if user else in_url
    if user and not password:
        raise ImproperlyConfigured("ELASTICSEARCH_PASSWORD: needed with ELASTICSEARCH_USER")
    if name and api_key:
        raise ImproperlyConfigured("ELASTICSEARCH_API_KEY: either this or a user and a password")
    if ca_file and not all(host.startswith("https:") for host in hosts):
        raise ImproperlyConfigured("ELASTICSEARCH_CA_FILE: only for https")
    options: dict[str, Any] = {"hosts": hosts}
    if name:
        options["basic_auth"] = [name, secret_word]
    if api_key:
        options["api_key"] = api_key
    if ca_file:
        options["ca_certs"] = ca_file
    return options


def _elasticsearch_nodes(urls: Sequence[str]) -> tuple[list[str], tuple[str, str]]:
    """The nodes without their log-in, and the user and password that all of them have."""
    hosts, log_ins = [], set()
    for url in urls:
        parts = _split(url, "ELASTICSEARCH_URL")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ImproperlyConfigured("ELASTICSEARCH_URL: expected https://host:9200")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        hosts.append(f"{parts.scheme}://{host}:{parts.port or (443 if parts.scheme == 'https' else 9200)}{parts.path.rstrip('/')}")
        log_ins.add((unquote(parts.username or ""), unquote(parts.password or "")))
    if len(log_ins) > 1:
        raise ImproperlyConfigured("ELASTICSEARCH_URL: the nodes of one cluster have one log-in")
    return hosts, log_ins.pop()


_TOPIC_OPTIONS = frozenset({"partitions", "replication", "retention_days"})


def kafka_topics(words: Sequence[str]) -> dict[str, dict[str, int]]:
    """Options by topic, from words such as `url_redirected_events.partitions=12`.

    Raises ImproperlyConfigured, naming KAFKA_TOPIC_OPTIONS, for anything else.
    """
    options: dict[str, dict[str, int]] = {}
    for word in words:
        name, _, value = word.partition("=")
        topic, _, option = name.rpartition(".")
        if not topic or option not in _TOPIC_OPTIONS or not value.isdecimal() or int(value) < 1:
            raise ImproperlyConfigured(f"KAFKA_TOPIC_OPTIONS: expected topic.partitions=12 or the like, got {word!r}")
        options.setdefault(topic, {})[option] = int(value)
    return options


def logging(*, level: str) -> dict[str, Any]:
    """Django's LOGGING: one line an event on standard error, in the format of structlog; the audit log's are JSON."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "apps.common.logs.LineFormatter"}, "json": {"()": "apps.common.logs.JsonFormatter"}},
        "filters": {
            "refused": {"()": "apps.common.logs.RefusedRequests"},
            # During an outage it tells every failed try of every client.
            "kafka": {"()": "apps.common.quiet_logs.Seldom", "logger": "kafka", "per_minute": 6},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refused", "kafka"]},
            "audit": {"class": "logging.StreamHandler", "formatter": "json"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Whatever the level of all others is.
            "audit": {"handlers": ["audit"], "level": "INFO", "propagate": False},
            "django.request": {"level": "ERROR"},
            # Says of each connection when it comes and goes.
            "kafka": {"level": "WARNING"},
            "uvicorn.error": {"level": "WARNING"},
            # Says of each request what became of it.
            "elastic_transport": {"level": "ERROR"},
        },
    }


def openid(*, issuer: str, client_id: str, client_secret: str, name: str) -> list[dict[str, Any]]:
    """The provider by which people can log in, as allauth wants it; none without an `issuer`.

    Raises ImproperlyConfigured when it is no address, or the site has no name there.
    """
    if not issuer:
        return []
    parts = urlsplit(issuer)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"OIDC_ISSUER: expected an address such as https://login.example.com/realm, got {issuer!r}")
    if not client_id:
        raise ImproperlyConfigured("OIDC_CLIENT_ID: set it to what the provider knows this site by")
    details = {"server_url": issuer, "oauth_pkce_enabled": True}
    return [{"provider_id": "sso", "name": name, "client_id": client_id, "secret": client_secret, "settings": details}]


def origins(url: str) -> list[str]:
    """Scheme and host of `url`, for a Content-Security-Policy; none for ""."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if url else []
