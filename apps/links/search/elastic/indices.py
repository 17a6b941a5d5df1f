"""Names: the alias that is searched, the one whose indices are written to, and the indices behind them.

An index is made by a rebuild and never changed. Readers go by the alias `links`, which leads to one
complete index or is not there; writers write to every index of the alias `links-writes`, so one that is
being filled misses nothing. No index springs into being by a write.
"""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from django.conf import settings
from elasticsearch import NotFoundError

from apps.links.search.elastic.client import as_a_sink, get_client
from apps.links.search.elastic.document import LinkDocument

# How long a change takes to be found; longer makes indexing cheaper.
REFRESH_INTERVAL: Final = "1s"


def reading_alias() -> str:
    return f"{settings.ELASTICSEARCH_INDEX_PREFIX}links"


def writing_alias() -> str:
    return f"{settings.ELASTICSEARCH_INDEX_PREFIX}links-writes"


def written() -> Sequence[str]:
    """Names of the indices that changes go to; none before the first rebuild."""
    return _behind(writing_alias())


def searched() -> str:
    """Name of the index that is searched; "" before the first rebuild has ended."""
    return next(iter(_behind(reading_alias())), "")


def create(*, now: datetime) -> str:
    """A new index that changes are written to from now on and that nobody searches; its name."""
    client, pattern = get_client(), f"{writing_alias().removesuffix('writes')}2*"
    # A consumer that has not heard of the end of an index must not bring it back with guessed mappings.
    client.indices.put_index_template(
        name=writing_alias(), index_patterns=[pattern], allow_auto_create=False, priority=500, template={"settings": _settings()}
    )
    name = f"{reading_alias()}-{now:%Y%m%dt%H%M%S}-{token_hex(2)}"
    client.indices.create(
        index=name, mappings=_mappings(), settings=_settings() | {"refresh_interval": "-1"}, aliases={writing_alias(): {}}
    )
    return name


def publish(name: str) -> Sequence[str]:
    """Let `name` be searched in place of what was, which is removed with all that failed rebuilds have left; their names."""
    client = get_client()
    client.indices.put_settings(index=name, settings={"refresh_interval": REFRESH_INTERVAL})
    client.indices.refresh(index=name)
    others = [other for other in all_names() if other != name]
    actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": reading_alias()}}]
    actions += [{"remove_index": {"index": other}} for other in others]
    client.indices.update_aliases(actions=actions)
    return others


def drop_unfinished() -> Sequence[str]:
    """Remove what rebuilds that failed have left, and their names; the index that is searched stays."""
    kept = searched()
    names = [name for name in all_names() if name != kept]
    for name in names:
        get_client().indices.delete(index=name, ignore_unavailable=True)
    return names


def all_names() -> Sequence[str]:
    """Names of all indices of links, searched or not."""
    found = get_client().indices.get(index=f"{reading_alias()}-2*", filter_path="*.aliases")
    return sorted(found.body)


def _behind(alias: str) -> Sequence[str]:
    """Raises SinkUnavailable."""
    with as_a_sink():
        try:
            return sorted(get_client().indices.get_alias(name=alias).body)
        except NotFoundError:
            return []


def _settings() -> dict[str, Any]:
    return {
        **LinkDocument._index.to_dict()["settings"],
        "number_of_shards": settings.ELASTICSEARCH_SHARDS,
        # A copy as soon as there is a second node.
        "auto_expand_replicas": "0-1",
        "refresh_interval": REFRESH_INTERVAL,
    }


def _mappings() -> dict[str, Any]:
    mappings: dict[str, Any] = LinkDocument._index.to_dict()["mappings"]
    return mappings
