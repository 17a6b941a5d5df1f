"""The ClickHouse that is copied from: it is only read."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from clickhouse_driver import Client
from clickhouse_driver.errors import Error as DriverError

from apps.analytics.copying.errors import CopyFailed

# Rows that are in memory at once.
BLOCK_ROWS = 20_000


class Source:
    """Reads tables of clicks. All methods raise CopyFailed when the engine does not answer."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """`config` is like an entry of Django's DATABASES."""
        self.place = f"{config['HOST']}:{config['PORT']}/{config['NAME']}"
        self._client = Client(
            config["HOST"],
            config["PORT"],
            config["NAME"],
            config["USER"],
            config["PASSWORD"],
            connect_timeout=5,
            send_receive_timeout=300,
            settings={"max_execution_time": 0, "max_block_size": BLOCK_ROWS, "use_client_time_zone": True},
        )

    def close(self) -> None:
        self._client.disconnect()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of `sql`."""
        with _answering(self.place):
            rows: list[tuple[Any, ...]] = self._client.execute(sql)
            return rows

    def blocks(self, sql: str) -> Generator[Sequence[tuple[Any, ...]]]:
        """The rows of `sql`, some at a time."""
        with _answering(self.place):
            yield from self._client.execute_iter(sql, chunk_size=BLOCK_ROWS)


@contextmanager
def _answering(place: str) -> Iterator[None]:
    try:
        yield
    except (DriverError, EOFError, OSError) as error:
        raise CopyFailed(f"the engine to copy from, {place}: {error}") from error
