"""`GET /metrics`: the figures of all processes of this machine, for those who keep watch.

Answered ahead of Django, by the redirector that happens to be asked, from the files of all processes
(apps/common/metrics); to anybody else the page does not exist.
"""

import asyncio
import hmac
import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings

from apps.common.metrics.files import read_figures
from apps.common.metrics.merging import merged
from apps.redirects.answers import UNCACHED, Scope, Send, send_measured
from apps.redirects.internal import is_internal

if TYPE_CHECKING:
    from apps.redirects.redirector import Redirector

logger = logging.getLogger(__name__)

PATH = "/metrics"
_BEARER = b"bearer "


class MetricsPage:
    """One per process."""

    def __init__(self, redirector: "Redirector") -> None:
        self.redirector = redirector

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Answer a request for PATH."""
        if scope["method"] not in ("GET", "HEAD") or not (is_internal(scope) or has_token(scope["headers"])):
            await send_measured(send, 404, [UNCACHED])
            return
        # Its own are as of now.
        await self.redirector.write_metrics()
        try:
            content_type, body = await asyncio.to_thread(_page)
        except OSError as error:
            logger.warning("metrics_not_read directory=%s error=%s", settings.METRICS_DIR, error)
            await send_measured(send, 503, [(b"retry-after", b"5"), UNCACHED])
            return
        await send_measured(send, 200, [(b"content-type", content_type), UNCACHED], body)


def has_token(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request with these headers brings METRICS_TOKEN; nobody does while it is unset."""
    given = [value for name, value in headers if name == b"authorization"]
    wanted = settings.METRICS_TOKEN.encode()
    if not wanted or len(given) != 1 or not given[0].lower().startswith(_BEARER):
        return False
    return hmac.compare_digest(given[0][len(_BEARER) :].strip(), wanted)


def _page() -> tuple[bytes, bytes]:
    # Loaded by the process that is asked, and then only: the library is several MB.
    from apps.common.metrics.exposition import CONTENT_TYPE, rendered  # noqa: PLC0415

    figures = read_figures(settings.METRICS_DIR)
    return CONTENT_TYPE.encode(), rendered(merged(figures, now=time.time()))
