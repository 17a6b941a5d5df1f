"""Why no broker can be asked anything: the client says of a wrong password, a certificate that it does not trust and a
broker that is away alike that it could not be reached in time."""

import socket
import ssl
import struct
from contextlib import closing

from django.conf import settings

_SECONDS = 1.0
# Each is asked in turn until one answers; of a cluster with many the first few tell enough.
_ASKED = 3
# ApiVersions v0 as request 0 of a client without a name: answered by every broker, before any log-in.
_QUESTION = struct.pack(">ihhih", 10, 18, 0, 0, -1)


def why_unreachable() -> str:
    """What is wrong with the way to the brokers, in words that name the setting to look at. Takes up to 3 s."""
    found = [_ask(server) for server in settings.KAFKA_BOOTSTRAP_SERVERS[:_ASKED]]
    return "; ".join(dict.fromkeys(found))


def _ask(server: str) -> str:
    host, _, port = server.rpartition(":")
    try:
        plain = socket.create_connection((host.strip("[]"), int(port or 9092)), timeout=_SECONDS)
    except (OSError, ValueError) as error:
        return f"{server} of KAFKA_BOOTSTRAP_SERVERS cannot be reached: {error}"
    with closing(plain):
        try:
            connection = _encrypted(plain, host) if "SSL" in settings.KAFKA_SECURITY["security_protocol"] else plain
        except ssl.SSLCertVerificationError as error:
            return f"{server} is not trusted, look at KAFKA_CA_FILE: {error.verify_message}"
        except TimeoutError:
            return f"{server} takes connections and answers nothing"
        except OSError as error:
            return f"{server} does not speak TLS with us, look at KAFKA_TLS, KAFKA_CERTIFICATE_FILE and KAFKA_KEY_FILE: {error}"
        with closing(connection):
            return _greet(connection, server)


def _encrypted(plain: socket.socket, host: str) -> ssl.SSLSocket:
    security = settings.KAFKA_SECURITY
    context = ssl.create_default_context(cafile=security.get("ssl_cafile"))
    if "ssl_certfile" in security:
        context.load_cert_chain(security["ssl_certfile"], security.get("ssl_keyfile"))
    return context.wrap_socket(plain, server_hostname=host.strip("[]"))


def _greet(connection: socket.socket, server: str) -> str:
    """What is wrong with a broker to which there is a way."""
    try:
        connection.sendall(_QUESTION)
        # A short length and the number of the question; what speaks TLS answers this with an alert.
        is_answered = connection.recv(8).startswith(b"\0\0")
    except TimeoutError:
        return f"{server} takes connections and answers nothing"
    except OSError:
        is_answered = False
    if not is_answered:
        return f"{server} ends the connection, look at KAFKA_TLS: it may ask for TLS or for a certificate"
    if "SASL" in settings.KAFKA_SECURITY["security_protocol"]:
        return f"{server} answers, but not after the log-in: look at KAFKA_USER, KAFKA_PASSWORD and KAFKA_SASL_MECHANISM"
    return f"{server} answers, but tells nothing of its topics: it may ask for a log-in, look at KAFKA_USER"
