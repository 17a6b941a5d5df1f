"""Table engines with the settings that exactly-once storage needs.

django-clickhouse-backend names the settings that an engine takes, and does not name these.
"""

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
