"""The connection to Elasticsearch, as the settings name it, and what its failures mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import orjson
from django.conf import settings
from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from apps.events.errors import SinkUnavailable

# What a request takes that nobody waits for: bulk writes, making an index (s).
PATIENCE_SECONDS: Final = 30.0


def get_client() -> Elasticsearch:
    """The client of this process; it connects when it is used, and never tries twice by itself."""
    return _client(orjson.dumps(settings.ELASTICSEARCH))


@lru_cache(maxsize=1)
def _client(options: bytes) -> Elasticsearch:
    keywords: dict[str, Any] = orjson.loads(options)
    if "basic_auth" in keywords:
        keywords["basic_auth"] = tuple(keywords["basic_auth"])
    # A node that was down is asked again at once when it is the only one, and soon when it is not.
    return Elasticsearch(
        **keywords,
        request_timeout=PATIENCE_SECONDS,
        max_retries=0,
        retry_on_timeout=False,
        max_dead_node_backoff=1.0,
        # A large result or bulk body is worth less than the processor time of packing it.
        http_compress=False,
    )


@contextmanager
def as_a_sink() -> Iterator[None]:
    """Raises SinkUnavailable for what will work later: no answer, a busy server, shards that are away.

    Other refusals of the server are bugs, and go through."""
    try:
        yield
    except TransportError as error:
        raise SinkUnavailable(f"Elasticsearch: {type(error).__name__}") from error
    except ApiError as error:
        if not is_passing(error.status_code):
            raise
        raise SinkUnavailable(f"Elasticsearch: {error.status_code} {error.error}") from error


def is_passing(status: int) -> bool:
    """Whether a refusal with this HTTP status says nothing about the request: the server is busy, starting,
    full, read-only, or does not know us (yet)."""
    return status in {401, 403, 408, 429} or status >= 500
