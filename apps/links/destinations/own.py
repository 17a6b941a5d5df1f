"""Links must not lead to links of this installation: that would be a loop, sooner or later."""

from collections.abc import Container
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from apps.links import hostnames
from apps.links.destinations.hosts import without_root_dot
from apps.links.destinations.refusal import refusal
from apps.links.models import Domain

# One host at :80 and at :443 is one site, whichever of the two it sends people to.
_USUAL_PORTS = frozenset({None, 80, 443})


def require_foreign(*, host: str, port: int | None, domains: Container[str] | None = None) -> None:
    """Pass if no page of this installation answers at `host` and `port`; `domains` are all that serve, None: they are
    asked for. Raises LinkError."""
    name = without_root_dot(host)
    site = name if port in _USUAL_PORTS else f"{name}:{port}"
    if domains is None:
        domains = Domain.objects.serving().filter(hostname=site).values_list("hostname", flat=True)
    if site in _site_hosts() or site in domains:
        raise refusal("own_domain", _("This address is on this site itself. A short link cannot lead to another page here."))


def _site_hosts() -> set[str | None]:
    """Hosts at which this installation answers beside its domains: a host that is allowed but is no
    domain shows the links of the default domain."""
    public = urlsplit(settings.PUBLIC_URL)
    port = f":{public.port}" if public.port else ""
    exact = (name for name in settings.ALLOWED_HOSTS if name != "*" and not name.startswith("."))
    return {hostnames.normalise(f"{name}{port}", scheme=public.scheme) for name in (public.hostname or "", *exact)}
