"""Instants as ClickHouse stores them."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(instant: datetime) -> int:
    """An aware instant as whole milliseconds since the epoch."""
    return (instant - _EPOCH) // _MILLISECOND
