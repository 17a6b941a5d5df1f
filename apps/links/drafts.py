"""Links that are judged, and not yet stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password

from apps.links.errors import LinkError
from apps.links.models import Domain, Link
from apps.links.rules import RuleSpec


@dataclass(slots=True, kw_only=True)
class Draft:
    """A link that could be made, but for its code: `code_problem` says why the one that is wanted cannot be had."""

    link: Link
    domain: Domain
    tags: Sequence[str]
    rules: Sequence[RuleSpec]
    aliases: list[str]
    code_problem: LinkError | None
    notes: list[str] = field(default_factory=list)
    # The password itself, which takes long to hash, and is only when the link is made.
    password: str = field(default="", repr=False)

    def hash_password(self) -> None:
        if self.password:
            self.link.password_hash = make_password(self.password)
