"""Values of all common types come back as they went in."""

from datetime import UTC, date, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from clickhouse_driver import Client

TYPES: dict[str, list[Any]] = {
    "UUID": [UUID(int=0), UUID(int=2**128 - 1), UUID("0193e5b4-7a1f-7000-8000-00000000002a")],
    "UInt64": [0, 2**64 - 1],
    "Int8": [-128, 127],
    "Int128": [-(2**127), 2**127 - 1],
    "UInt256": [0, 2**256 - 1],
    "Float64": [0.0, -1.5, 1e300],
    "Bool": [True, False],
    "String": ["", "ä", "'\\%s\n\t\0", "x" * 127, "x" * 128, "x" * 300_000],
    "FixedString(3)": ["abc", "xyz"],
    "LowCardinality(String)": ["", "Berlin", "Zürich", "Berlin"],
    "LowCardinality(Nullable(String))": [None, "", "a"],
    "LowCardinality(UInt32)": [7, 7, 9],
    "Nullable(String)": [None, "", "ä"],
    "Nullable(DateTime64(3, 'UTC'))": [None, datetime(2026, 5, 1, 12, 0, 0, 123000, UTC)],
    "DateTime64(3, 'UTC')": [datetime(2026, 5, 1, 12, 0, 0, 123000, UTC), datetime(1999, 12, 31, 23, 59, 59, 999000, UTC)],
    "DateTime64(6, 'Europe/Berlin')": [datetime(2026, 5, 1, 12, 0, 0, 123456, ZoneInfo("Europe/Berlin"))],
    "DateTime('UTC')": [datetime(2026, 5, 1, 12, tzinfo=UTC)],
    "DateTime('Asia/Kolkata')": [datetime(2026, 5, 1, 12, tzinfo=ZoneInfo("Asia/Kolkata"))],
    "Date": [date(2026, 5, 1)],
    "Date32": [date(1930, 5, 1)],
    "IPv4": [IPv4Address("192.0.2.1")],
    "IPv6": [IPv6Address("2001:db8::1")],
    "Decimal(9, 2)": [Decimal("12.34"), Decimal("-0.01")],
    "Decimal(38, 10)": [Decimal("1234567890.0123456789")],
    "Decimal(76, 1)": [Decimal("1234567890.1")],
    "Enum8('a,b' = 1, 'c)(' = 2, '\\'' = 3)": ["a,b", "c)(", "'"],
    "Enum16('x' = -5, 'y' = 300)": ["x", "y"],
    "Array(String)": [[], ["a"], ["b", "", "c"]],
    "Array(Array(LowCardinality(String)))": [[], [[]], [["a", "b"], ["a"]]],
    "Array(Nullable(UInt8))": [[None, 1], []],
    "Map(String, UInt64)": [{}, {"a": 1, "b": 2}],
    "Map(LowCardinality(String), Array(String))": [{"a": ["x"]}, {}],
    "Tuple(UInt8, String)": [(1, "a"), (2, "")],
    "Tuple(a UInt8, b Array(String))": [(1, ["x", "y"])],
    "SimpleAggregateFunction(sum, UInt64)": [1, 2**64 - 1],
    "Point": [(1.5, 2.5)],
}


@pytest.mark.parametrize("spec", TYPES)
def test_values_come_back_as_they_went_in(client: Client, spec: str) -> None:
    values = TYPES[spec]
    client.execute("DROP TABLE IF EXISTS round_trip")
    client.execute(
        f"CREATE TABLE round_trip (n UInt32, v {spec}, tail String) ENGINE = Memory", settings={"allow_suspicious_low_cardinality_types": 1}
    )

    client.execute("INSERT INTO round_trip VALUES", [(n, value, f"tail {n}") for n, value in enumerate(values)])

    settings = {"namedtuple_as_json": False}
    rows, types = client.execute("SELECT n, v, tail FROM round_trip ORDER BY n", with_column_types=True, settings=settings)
    assert [value for _n, value, _tail in rows] == values
    assert [tail for _n, _v, tail in rows] == [f"tail {n}" for n in range(len(values))]
    assert dict(types)["v"] == client.execute("SELECT type FROM system.columns WHERE table = 'round_trip' AND name = 'v'")[0][0]


def test_json_is_refused_with_a_clear_error(client: Client) -> None:
    client.execute("DROP TABLE IF EXISTS documents")
    client.execute("CREATE TABLE documents (v JSON) ENGINE = Memory")

    with pytest.raises(Exception, match="type JSON is not supported by the embedded engine") as caught:
        client.execute("INSERT INTO documents VALUES", [({"a": 1},)])

    assert caught.value.code == 48  # type: ignore[attr-defined]
