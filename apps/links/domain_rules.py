"""What a domain may be told to do, and which links it takes."""

from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.models import Workspace
from apps.accounts.policy import Actor
from apps.links import destinations
from apps.links.domain_errors import DomainRefused, Field
from apps.links.domain_names import without_port
from apps.links.errors import LinkError
from apps.links.installation import default_domain
from apps.links.models import Domain


def checked_url(text: str, *, field: Field, hostname: str) -> str:
    """The web address that visitors of `hostname` are sent to, or "" for none; judged like a link's destination.

    Raises DomainRefused at `field`, with the code of `destinations.parse` or `own_domain`."""
    if not text.strip():
        return ""
    try:
        destination = destinations.parse(text)
    except LinkError as error:
        raise DomainRefused(error.message, code=error.code, field=field) from None
    if destination.host.removesuffix(".") == without_port(hostname):
        # A domain that is not verified is not yet one of ours, but will be.
        message = _("This address is on the domain itself: visitors would go round in circles. Enter an address elsewhere.")
        raise DomainRefused(message, code="own_domain", field=field)
    return destination.url


def place_for(actor: Actor, domain: Domain | None, *, workspace: Workspace) -> Domain:
    """Where a link that `actor` makes in `workspace` is going to be: on `domain`; without one on the domain that `actor` is bound to, or
    the default one. Raises LinkError `domain_not_usable`, also for a domain that `actor` is not bound to."""
    bound = policy.bound_domain(actor)
    if bound is None:
        return require_usable(domain, workspace=workspace) if domain else default_domain()
    found = domain or Domain.objects.filter(pk=bound).first()
    if found is None or found.pk != bound:
        raise _not_usable()
    return require_usable(found, workspace=workspace)


def require_usable(domain: Domain, *, workspace: Workspace) -> Domain:
    """`domain` if `workspace` may make links there. Raises LinkError `domain_not_usable`, alike for a
    domain of others and one that is not verified."""
    if domain.workspace_id in (None, workspace.pk) and domain.is_serving:
        return domain
    raise _not_usable()


def _not_usable() -> LinkError:
    message = _("Links cannot be made on this domain. Choose one that is verified and yours.")
    return LinkError(message, code="domain_not_usable", field="domain")
