"""Failures as ClickHouse reports them: a number that programs know and a sentence for people."""

import re

_FROM_ENGINE = re.compile(r"Code: (\d+)\. (.*)", re.DOTALL)

# Codes of ClickHouse (src/Common/ErrorCodes.cpp) for failures that the bridge itself finds.
NO_SUCH_COLUMN_IN_TABLE = 16
NOT_IMPLEMENTED = 48
UNEXPECTED_PACKET = 101
UNKNOWN_SETTING = 115
QUERY_WAS_CANCELLED = 394
AUTHENTICATION_FAILED = 516
_UNKNOWN_EXCEPTION = 1002


class EngineError(Exception):
    """A failure that the client gets to see, with ClickHouse's error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @classmethod
    def of(cls, error: Exception) -> "EngineError":
        """The failure inside an exception of chDB, which carries code and text in one string."""
        found = _FROM_ENGINE.search(str(error))
        return cls(int(found[1]), found[2].strip()) if found else cls(_UNKNOWN_EXCEPTION, f"DB::Exception: {error}")


def unsupported(what: str) -> EngineError:
    """The answer to a feature that a ClickHouse server has and the embedded engine's bridge has not."""
    return EngineError(NOT_IMPLEMENTED, f"DB::Exception: {what} is not supported by the embedded engine")
