"""Log lines: one line an event, whatever it holds."""

import logging
from collections.abc import Sequence

import structlog
from structlog.typing import EventDict, Processor

# What Python's and structlog's loggers have in common.
_SHARED: Sequence[Processor] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/+@,;%&?!*()[]{}<>|~#$'")


def configure() -> None:
    """Send what structlog's loggers are told to Python's logging, which alone decides where it goes."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


class LineFormatter(structlog.stdlib.ProcessorFormatter):
    """`time level logger event key=value …`; nothing in it can begin a second line or move the cursor.

    The time is UTC in ISO 8601. The level is set off to one width, so that columns line up.
    """

    def __init__(self) -> None:
        super().__init__(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _render,
            ],
        )


class JsonFormatter(structlog.stdlib.ProcessorFormatter):
    """One JSON object a line, of ASCII characters that print; for logs that programs read."""

    def __init__(self) -> None:
        super().__init__(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=str),
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        # The one character that JSON leaves as it is and that does not print.
        return super().format(record).replace("\x7f", "\\u007f")


class RefusedRequests(logging.Filter):
    """Makes one short warning of each request that Django refused for what the client sent.

    A foreign host name, too many fields: the traceback that comes with them says where Django looks,
    and anybody could fill the log with it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
            record.exc_info = None
        return True


def _render(_logger: logging.Logger, _method: str, event_dict: EventDict) -> str:
    """The line of one event."""
    head = [event_dict.pop(key, "-") for key in ("timestamp", "level", "logger")]
    event = _event(str(event_dict.pop("event", "")))
    values = [f"{quote(str(key))}={quote(str(value))}" for key, value in event_dict.items()]
    return " ".join([str(head[0]), f"{head[1]:<8}", escape(str(head[2])), event, *values])


def quote(text: str) -> str:
    """`text` as it is when it is one plain word, else in double quotes with the rest escaped."""
    if text and _PLAIN.issuperset(text):
        return text
    return '"' + escape(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def escape(text: str) -> str:
    """`text` without line ends, terminal sequences, and characters that reorder or hide text."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _event(text: str) -> str:
    """The event, in quotes when it could be mistaken for a pair."""
    return text if text.isprintable() and not {"=", '"'} & set(text) else quote(text)


def _escaped(char: str) -> str:
    if char == "\n":
        return "\\n"
    code = ord(char)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
