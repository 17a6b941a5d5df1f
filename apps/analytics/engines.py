"""Table engines with the settings that exactly-once storage needs.

django-clickhouse-backend names the settings that an engine takes, and does not name these.
"""

import copy
from typing import Any

from clickhouse_backend import models


def _whole(value: Any, name: str) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} must be a whole number, not negative.")
    return int(value)


# How many of the latest inserted blocks a table remembers, so that a block sent again is dropped;
# and whether a block lies on the disk, not only in the system's cache, before it is confirmed.
_SETTINGS = {_whole: ["non_replicated_deduplication_window", "fsync_after_insert", "fsync_part_directory"]}


class MergeTree(models.MergeTree):  # type: ignore[misc]
    setting_types = {**models.MergeTree.setting_types, **_SETTINGS}
    function = "MergeTree"


class AggregatingMergeTree(models.AggregatingMergeTree):  # type: ignore[misc]
    setting_types = {**models.AggregatingMergeTree.setting_types, **_SETTINGS}
    function = "AggregatingMergeTree"


# In place of `non_replicated_deduplication_window`: blocks and seconds that the shards' keeper remembers tokens for. It
# serves all partitions of the bus, and one of them may stand still for days.
_REPLICATED = {"replicated_deduplication_window": 10_000, "replicated_deduplication_window_seconds": 7 * 86_400}


def replicated(engine: Any) -> Any:
    """The engine of the same table when each shard of a cluster keeps copies of it.

    Where the copies find one another is the servers' setting (`default_replica_path`, `default_replica_name`).
    """
    twin = copy.copy(engine)
    twin.function = f"Replicated{engine.function}"
    settings = {name: value for name, value in engine.settings.items() if name != "non_replicated_deduplication_window"}
    twin.settings = {**settings, **_REPLICATED} if len(settings) < len(engine.settings) else settings
    return twin
