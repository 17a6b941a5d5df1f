"""An end to TLS handshakes that nobody answers: the client would wait for ever, in the constructor of its
administrative client too, and never try that broker again."""

import socket
from typing import Any

SECONDS = 5.0


def bound_handshakes(transport: Any) -> None:
    """Let each handshake of the class `transport` fail after SECONDS."""
    handshake = transport.handshake

    async def bounded(self: Any) -> None:
        # Only the socket below: what speaks TLS on it shall notice that it is cut off.
        timer = self._net.call_later(SECONDS, lambda: socket.socket.shutdown(self._sock, socket.SHUT_RDWR))
        try:
            await handshake(self)
        finally:
            self._net.cancel(timer)

    transport.handshake = bounded
