"""Answers that are written while they are sent."""

from collections.abc import AsyncIterator, Iterator, Mapping

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse


def streamed(request: HttpRequest, pieces: Iterator[bytes], *, content_type: str, headers: Mapping[str, str]) -> StreamingHttpResponse:
    """An answer to `request` made of `pieces`, each taken when the one before has been sent."""
    body = _from_threads(pieces) if isinstance(request, ASGIRequest) else pieces
    return StreamingHttpResponse(body, content_type=content_type, headers=dict(headers))


async def _from_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Django would gather all of them first. All are made in the thread that the request has, and with it its connections."""

    def take() -> bytes | None:
        return next(pieces, None)

    while (piece := await sync_to_async(take)()) is not None:
        yield piece
