"""How values of a type lie in a Native block: enough to step over them, never to decode them."""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from shortener_project.embedded.clickhouse.errors import unsupported
from shortener_project.embedded.clickhouse.wire import Reader

_BYTES_OF = {
    name: size
    for size, names in {
        1: "Int8 UInt8 Bool Enum8 Nothing",
        2: "Int16 UInt16 Date Enum16 BFloat16",
        4: "Int32 UInt32 Float32 DateTime Date32 IPv4 Decimal32 Time",
        8: "Int64 UInt64 Float64 DateTime64 Decimal64 Time64",
        16: "UUID IPv6 Int128 UInt128 Decimal128",
        32: "Int256 UInt256 Decimal256",
    }.items()
    for name in names.split()
}
_ALIASES = {
    "Point": "Tuple(Float64, Float64)",
    "Ring": "Array(Point)",
    "LineString": "Array(Point)",
    "Polygon": "Array(Ring)",
    "MultiLineString": "Array(LineString)",
    "MultiPolygon": "Array(Polygon)",
}


class Layout(Protocol):
    """The column of one type. A prefix, if any, precedes the values of the whole column."""

    def skip_prefix(self, reader: Reader) -> None: ...

    def skip(self, reader: Reader, rows: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Values of a fixed size in bytes."""

    size: int

    def skip_prefix(self, reader: Reader) -> None:
        pass

    def skip(self, reader: Reader, rows: int) -> None:
        reader.skip(rows * self.size)


@dataclass(frozen=True, slots=True)
class Strings:
    """Length and bytes of each value."""

    def skip_prefix(self, reader: Reader) -> None:
        pass

    def skip(self, reader: Reader, rows: int) -> None:
        reader.skip_strings(rows)


@dataclass(frozen=True, slots=True)
class Nullable:
    """One byte per row that says whether it is null, then all values."""

    inner: Layout

    def skip_prefix(self, reader: Reader) -> None:
        self.inner.skip_prefix(reader)

    def skip(self, reader: Reader, rows: int) -> None:
        reader.skip(rows)
        self.inner.skip(reader, rows)


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """The end of each row's array among all elements, then the elements."""

    inner: Layout

    def skip_prefix(self, reader: Reader) -> None:
        self.inner.skip_prefix(reader)

    def skip(self, reader: Reader, rows: int) -> None:
        if rows:
            reader.skip(8 * (rows - 1))
            self.inner.skip(reader, reader.uint64())


@dataclass(frozen=True, slots=True)
class TupleOf:
    """One column after the other."""

    elements: tuple[Layout, ...]

    def skip_prefix(self, reader: Reader) -> None:
        for element in self.elements:
            element.skip_prefix(reader)

    def skip(self, reader: Reader, rows: int) -> None:
        for element in self.elements:
            element.skip(reader, rows)


@dataclass(frozen=True, slots=True)
class LowCardinality:
    """Flags (the low byte is the logarithm of the index size), dictionary, indexes."""

    inner: Layout

    def skip_prefix(self, reader: Reader) -> None:
        reader.skip(8)

    def skip(self, reader: Reader, rows: int) -> None:
        if rows:
            flags = reader.uint64()
            self.inner.skip(reader, reader.uint64())
            reader.skip(reader.uint64() << (flags & 0xFF))


@cache
def layout_of(spec: str) -> Layout:
    """Layout of the type that ClickHouse writes as `spec`. Raises EngineError for one that cannot be walked."""
    name, _, rest = spec.partition("(")
    arguments = split_arguments(rest[:-1]) if rest else []
    if name in _ALIASES:
        return layout_of(_ALIASES[name])
    layout = _size(name, arguments) or _nested(name, arguments)
    if layout is None:
        raise unsupported(f"type {spec}")
    return layout


def split_arguments(text: str) -> list[str]:
    """The arguments of a type, split at the commas that are in no quotes and no inner brackets."""
    parts, depth, quote, start, position = [], 0, "", 0, 0
    while position < len(text):
        char = text[position]
        if quote:
            if char == "\\":
                position += 1
            elif char == quote:
                quote = ""
        elif char in "'`\"":
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char == "," and not depth:
            parts.append(text[start:position].strip())
            start = position + 1
        position += 1
    return [*parts, text[start:].strip()]


def _size(name: str, arguments: list[str]) -> Layout | None:
    """Layout of a type whose values have one size, and of strings."""
    if name == "String":
        return Strings()
    size = _BYTES_OF.get(name)
    if name == "FixedString":
        size = int(arguments[0])
    elif name.startswith("Interval"):
        size = 8
    elif name == "Decimal":
        digits = int(arguments[0])
        size = next(bytes_ for most, bytes_ in ((9, 4), (18, 8), (38, 16), (76, 32)) if digits <= most)
    return Fixed(size) if size else None


def _nested(name: str, arguments: list[str]) -> Layout | None:
    """Layout of a type that is made of others."""
    match name:
        case "Nullable":
            return Nullable(layout_of(arguments[0]))
        case "LowCardinality":
            return LowCardinality(layout_of(_without_null(arguments[0])))
        case "SimpleAggregateFunction":
            return layout_of(arguments[-1])
        case "Array":
            return ArrayOf(layout_of(arguments[0]))
        case "Tuple" | "Map" | "Nested":
            row = TupleOf(tuple(layout_of(_without_name(argument)) for argument in arguments))
            return row if name == "Tuple" else ArrayOf(row)
    return None


def _without_null(spec: str) -> str:
    """A dictionary keeps plain values; its first entry stands for null."""
    return spec.removeprefix("Nullable(").removesuffix(")") if spec.startswith("Nullable(") else spec


def _without_name(element: str) -> str:
    """The type of a tuple's element, which may have a name before it."""
    head, _, tail = element.partition(" ")
    return tail if tail and "(" not in head else element
