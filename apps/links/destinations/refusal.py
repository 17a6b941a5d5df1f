"""The one way to refuse a destination."""

from apps.links.errors import LinkError


def refusal(code: str, message: str) -> LinkError:
    """The error to raise; `message` is a whole sentence that says what to do."""
    return LinkError(message, code=code, field="destination_url")
