"""The back office of links. Whatever it changes goes through the services."""

from apps.links.admin.alias import AliasAdmin
from apps.links.admin.domain import DomainAdmin
from apps.links.admin.link import LinkAdmin
from apps.links.admin.tag import TagAdmin

__all__ = ["AliasAdmin", "DomainAdmin", "LinkAdmin", "TagAdmin"]
