"""Log lines: one line an event, whatever it holds."""

import logging

import structlog


class LineFormatter(structlog.stdlib.ProcessorFormatter):
    """`time level logger event key=value …`; control characters in values are escaped."""

    def __init__(self) -> None:
        super().__init__(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"], repr_native_str=True),
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record)
