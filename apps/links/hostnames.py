"""One spelling for each host, so that the same host is never two."""

from functools import lru_cache

from ada_url import URL


@lru_cache(maxsize=1024)
def normalise(text: str, *, scheme: str) -> str | None:
    """Host of `text` (a host with or without a port) as domains keep it, or None when it is no host.

    Lower case, punycode, without trailing dot and without the port that `scheme` has by default.
    """
    try:
        url = URL(f"{scheme}://{text}/")
    except ValueError:
        return None
    if url.pathname != "/" or url.search or url.hash or url.username or url.password:
        return None
    name = url.hostname.removesuffix(".")
    return f"{name}:{url.port}" if url.port else name or None
