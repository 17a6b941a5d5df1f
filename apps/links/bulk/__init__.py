"""Many links by one call: in one transaction, and with an answer for each."""

from apps.links.bulk.changing import Change, delete_links, update_links
from apps.links.bulk.creating import WantedLink, create_links
from apps.links.bulk.finding import Place
from apps.links.bulk.limits import MAX_LINKS

__all__ = ["MAX_LINKS", "Change", "Place", "WantedLink", "create_links", "delete_links", "update_links"]
