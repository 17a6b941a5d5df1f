"""A destination as visitors see it before they go there: text that cannot pass for another place."""

from dataclasses import dataclass

from ada_url import URL

from apps.links.destinations import display_host

# Characters of the address that a page shows; the rest is said to be left out.
_SHOWN = 500


@dataclass(frozen=True, slots=True)
class ShownDestination:
    """`host` is for people's eyes (Unicode only where no name can pass for another), `ascii_host` what
    DNS knows; `has_other_spelling` says that they differ or that the name is not plain ASCII letters."""

    scheme: str
    host: str
    ascii_host: str
    port: str
    url: str
    is_cut: bool

    @property
    def has_other_spelling(self) -> bool:
        return "xn--" in self.ascii_host

    @property
    def is_encrypted(self) -> bool:
        return self.scheme == "https"


def shown(url: str) -> ShownDestination:
    """The stored destination `url`, ready for a page."""
    try:
        parsed = URL(url)
    except ValueError:  # stored by other means than the services
        return ShownDestination("", url[:_SHOWN], "", "", url[:_SHOWN], is_cut=len(url) > _SHOWN)
    host = parsed.hostname
    return ShownDestination(
        scheme=parsed.protocol.removesuffix(":"),
        host=display_host(host),
        ascii_host=host,
        port=parsed.port,
        url=url[:_SHOWN],
        is_cut=len(url) > _SHOWN,
    )
