"""Does the site answer people?"""

import http.client
from urllib.parse import urlsplit

_SECONDS = 10


def status_of_first_page(*, port: int, public_url: str) -> str:
    """The status of the first page, as a person's browser would get it; else why there is none.

    A site behind an https proxy sends everybody else there, so its health page is asked for instead.
    """
    public = urlsplit(public_url)
    path = "/healthz" if public.scheme == "https" else f"{public.path}/"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", path, headers={"Host": public.netloc, "Connection": "close"})
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()
