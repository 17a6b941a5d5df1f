"""Packets of the native protocol at one revision: 54440.

The revision lies between 54429 (settings as strings) and 54441 (interserver secret): no addendum, no
OpenTelemetry, no parameters, no custom serialisation. Newer clients speak it when a server names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from shortener_project.embedded.clickhouse.blocks import Block, Column, header_block, read_block
from shortener_project.embedded.clickhouse.errors import UNEXPECTED_PACKET, EngineError, unsupported
from shortener_project.embedded.clickhouse.wire import Reader, write_string, write_varint

REVISION = 54440
# No honest client sends a longer string before it has shown its password.
_HELLO_STRING_LIMIT = 64 * 1024
_IMPORTANT = 1
_NO_OVERFLOWS, _BUCKET = 1, 2
# Both fields of a block's information with their default values, then the end mark.
_BLOCK_INFO = bytes([_NO_OVERFLOWS, 0, _BUCKET]) + (-1).to_bytes(4, "little", signed=True) + b"\0"
_BLOCK_INFO_BYTES = {_NO_OVERFLOWS: 1, _BUCKET: 4}


class Client(IntEnum):
    """Packets that clients send."""

    HELLO = 0
    QUERY = 1
    DATA = 2
    CANCEL = 3
    PING = 4


class Server(IntEnum):
    """Packets that the server sends."""

    HELLO = 0
    DATA = 1
    EXCEPTION = 2
    PONG = 4
    END_OF_STREAM = 5


PONG = bytes([Server.PONG])
END_OF_STREAM = bytes([Server.END_OF_STREAM])
# Packet, empty table name, information: what precedes each block.
_DATA_HEAD = bytes([Server.DATA, 0]) + _BLOCK_INFO


class ProtocolError(Exception):
    """The client sent something that the protocol does not allow here; the connection cannot go on."""


@dataclass(frozen=True, slots=True)
class Hello:
    """How a client introduces itself."""

    revision: int
    database: str
    user: bytes
    password: bytes


@dataclass(frozen=True, slots=True)
class Setting:
    """Value of a setting. An important one must be known to the server."""

    value: str
    is_important: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A statement with the settings that hold for it alone."""

    sql: str
    settings: Mapping[str, Setting]
    is_compressed: bool


def read_hello(reader: Reader) -> Hello:
    """Raises ProtocolError for anything else, EOFError at the connection's end."""
    if reader.varint() != Client.HELLO:
        raise ProtocolError
    reader.string(limit=_HELLO_STRING_LIMIT)  # the client's name
    reader.varint()  # major version
    reader.varint()  # minor version
    revision = reader.varint()
    database, user, password = (reader.string(limit=_HELLO_STRING_LIMIT) for _ in range(3))
    return Hello(revision, database.decode(errors="replace"), user, password)


def read_query(reader: Reader) -> Query:
    """The rest of a query packet; its empty block of external tables follows."""
    reader.string()  # query id
    _skip_client_info(reader)
    settings = {}
    while name := reader.string():
        is_important = bool(reader.byte() & _IMPORTANT)
        settings[name.decode()] = Setting(reader.string().decode(), is_important)
    reader.varint()  # stage
    is_compressed = bool(reader.varint())
    return Query(reader.string().decode(), settings, is_compressed)


def read_data(reader: Reader) -> Block:
    """A data packet. Raises ProtocolError for a cancel in its place: half an INSERT has no good end."""
    if reader.varint() != Client.DATA:
        raise ProtocolError
    reader.string()  # table
    while field := reader.varint():
        if field not in _BLOCK_INFO_BYTES:
            raise EngineError(UNEXPECTED_PACKET, f"DB::Exception: unknown field {field} of a block's information")
        reader.skip(_BLOCK_INFO_BYTES[field])
    return read_block(reader)


def read_external_tables(reader: Reader) -> None:
    """The end of the external tables, of which there must be none. Raises EngineError."""
    if read_data(reader).columns:
        raise unsupported("a query with external tables")


def hello(*, version: Sequence[int], timezone: str) -> bytes:
    major, minor, patch = version[:3]
    return (
        write_varint(Server.HELLO)
        + write_string("ClickHouse")
        + write_varint(major)
        + write_varint(minor)
        + write_varint(REVISION)
        + write_string(timezone)
        + write_string("embedded")
        + write_varint(patch)
    )


def header(columns: Sequence[Column]) -> bytes:
    """Data packet without rows."""
    return _DATA_HEAD + header_block(columns)


def data(block: Block) -> bytes:
    return _DATA_HEAD + block.raw


def exception(error: EngineError) -> bytes:
    return (
        bytes([Server.EXCEPTION])
        + error.code.to_bytes(4, "little", signed=True)
        + write_string("DB::Exception")
        + write_string(error.message)
        + write_string("")  # stack trace
        + b"\0"  # no nested exception
    )


def _skip_client_info(reader: Reader) -> None:
    if not reader.byte():  # kind of query: none, so nothing follows
        return
    for _ in range(3):  # initial user, query id, address
        reader.string()
    reader.byte()  # interface
    for _ in range(3):  # system user, host, client
        reader.string()
    for _ in range(3):  # version and revision
        reader.varint()
    reader.string()  # quota key
    reader.varint()  # patch version
