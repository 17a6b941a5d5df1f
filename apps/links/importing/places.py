"""The domains that rows of an import may go to."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.links import hostnames
from apps.links.importing.models import ImportJob
from apps.links.importing.records import refusal
from apps.links.installation import public_scheme
from apps.links.models import Domain, DomainQuerySet


@dataclass(frozen=True, slots=True)
class Places:
    """`usable` by hostname, `usual` for rows that name no host, and `serving`: hosts that no link may lead to."""

    usable: Mapping[str, Domain]
    usual: Domain
    takes_others: bool
    serving: frozenset[str]

    def of(self, hostname: str) -> Domain:
        """Raises LinkError `unknown_domain`."""
        if not hostname:
            return self.usual
        found = self.usable.get(hostnames.normalise(hostname, scheme=public_scheme()) or "")
        if found is None and not self.takes_others:
            message = _("“%(host)s” is no domain of this workspace. Add it, or let links of other hosts go to a domain of yours.")
            raise refusal("unknown_domain", message % {"host": hostname[:100]})
        return found or self.usual


def places_of(job: ImportJob) -> Places:
    """As they are now. Two queries. Raises LinkError `domain_not_usable` when the domain that was chosen has gone."""
    domains: DomainQuerySet = Domain.objects.serving()
    usable = {domain.hostname: domain for domain in domains.filter(workspace=None) | domains.filter(workspace=job.workspace_id)}
    usual = next((domain for domain in usable.values() if domain.pk == job.domain_id), None)
    if usual is None:
        raise refusal("domain_not_usable", _("The domain that was chosen cannot be used any more. Begin anew."))
    return Places(
        usable={usual.hostname: usual} if job.is_bound else usable,
        usual=usual,
        takes_others=job.takes_other_hosts,
        serving=frozenset(domains.values_list("hostname", flat=True)),
    )
