"""Failures of this room. Those of the bus itself stand beside its interface in bus.py."""


class SinkUnavailable(Exception):
    """The store behind a handler does not answer. The runner waits and tries again for ever."""


class InvalidPayload(ValueError):
    """The payload does not fit the schema of its topic; the caller has a bug."""


class OutsideTransaction(RuntimeError):
    """An event was recorded without a transaction, so it could be kept while its change is lost."""
