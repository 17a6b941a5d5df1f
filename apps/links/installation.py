"""The installation's own name: scheme of short URLs, and the domain of links that name no other.

Apart from `domains`, so that redirectors do not load what only those need who manage domains."""

from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from apps.common.errors import NotFound
from apps.links import hostnames
from apps.links.models import Domain
from apps.links.signals import domains_changed


def public_scheme() -> str:
    """Scheme of all short URLs: http or https."""
    return urlsplit(settings.PUBLIC_URL).scheme


def default_domain() -> Domain:
    """The domain of links that name no other. Raises NotFound before the first `migrate`."""
    domain = Domain.objects.filter(is_default=True).first()
    if domain is None:
        raise NotFound("There is no default domain yet: run `manage.py migrate`.")
    return domain


@transaction.atomic
def ensure_default_domain() -> Domain:
    """The default domain, under the name in settings.SHORT_DOMAIN. Safe to run at any time.

    Links keep their domain when the setting changes: its row is renamed. If another row has the
    new name already, that one becomes the default, with its own links.
    Raises ImproperlyConfigured when SHORT_DOMAIN is not a host.
    """
    hostname = hostnames.normalise(settings.SHORT_DOMAIN, scheme=public_scheme())
    if hostname is None:
        raise ImproperlyConfigured(f"SHORT_DOMAIN: expected a host such as sho.rt, got {settings.SHORT_DOMAIN!r}")
    current = Domain.objects.select_for_update().filter(is_default=True).first()
    if current is not None and current.hostname == hostname:
        return current
    named = Domain.objects.filter(hostname=hostname).first()
    announce_domains()
    if current is not None and named is None:
        return _rename(current, hostname)
    if current is not None:
        _mark(current, is_default=False)
    return _mark(named, is_default=True) if named else Domain.objects.create(hostname=hostname, is_default=True)


def announce_domains() -> None:
    """Tell whoever keeps the domain table, once the running transaction is committed."""
    transaction.on_commit(partial(domains_changed.send_robust, sender=Domain))


def _rename(domain: Domain, hostname: str) -> Domain:
    domain.hostname = hostname
    domain.save(update_fields=["hostname", "updated_at"])
    return domain


def _mark(domain: Domain, *, is_default: bool) -> Domain:
    domain.is_default = is_default
    domain.save(update_fields=["is_default", "updated_at"])
    return domain
