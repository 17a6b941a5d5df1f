"""Where a link leads: one parser decides what is allowed, and its output is what is stored and sent.

The rules of syntax are those of browsers (WHATWG URL), so that no browser reads a Location header
differently from the way it was judged here. See README.md beside this file for the rules on top.
"""

from collections.abc import Container
from dataclasses import dataclass

from ada_url import URL

from apps.links.destinations import hosts, own, syntax
from apps.links.destinations.display import display_host

__all__ = ["Destination", "display_host", "parse", "shown_host"]


@dataclass(frozen=True, slots=True)
class Destination:
    """A destination that may be stored.

    `url` is printable ASCII and goes into the Location header as it is. `host` is lower-case ASCII
    as in `url`, without the port; `display_host` is for people's eyes: Unicode where that cannot
    pass for another name, punycode otherwise. `port` is None for the scheme's own.
    """

    url: str
    scheme: str
    host: str
    display_host: str
    port: int | None


def parse(text: str, *, domains: Container[str] | None = None) -> Destination:
    """The destination that a person meant by `text`. Who judges many at once hands in the hostnames of all `domains` that
    serve; they are looked up otherwise.

    Raises LinkError with field "destination_url"; its codes are `required`, `too_long`,
    `control_characters`, `invalid_url`, `scheme_not_allowed`, `userinfo`, `invalid_host`,
    `own_domain` and `private_host`.
    """
    url = syntax.parse(text)
    host, port = url.hostname, int(url.port) if url.port else None
    scheme = url.protocol.removesuffix(":")
    hosts.require_form(host)
    own.require_foreign(host=host, port=port, domains=domains)
    hosts.require_public(host)
    return Destination(url=url.href, scheme=scheme, host=host, display_host=display_host(host), port=port)


def shown_host(stored_url: str) -> str:
    """Host of a stored destination URL for people's eyes, with the port unless it is the scheme's own."""
    try:
        url = URL(stored_url)
    except ValueError:  # stored by other means than `parse`
        return stored_url
    return display_host(url.hostname) + (f":{url.port}" if url.port else "")
