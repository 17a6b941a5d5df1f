"""Does a ClickHouse server answer?"""

import logging

import clickhouse_driver


def select_one(*, host: str, port: int, database: str, user: str, password: str, secure: bool = False, seconds: float) -> None:
    """Ask for 1. Raises clickhouse_driver's Error, OSError or EOFError when the server does not answer."""
    # The driver logs a warning of each attempt that fails; the caller says what is to be said.
    logging.getLogger("clickhouse_driver.connection").setLevel(logging.CRITICAL)
    client = clickhouse_driver.Client(
        host, port, database, user, password, connect_timeout=seconds, send_receive_timeout=seconds, secure=secure
    )
    try:
        client.execute("SELECT 1")
    finally:
        client.disconnect()
