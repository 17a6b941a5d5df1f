"""Reads, each limited to what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.models import Workspace
from apps.accounts.policy import Action, Actor
from apps.common.errors import NotFound
from apps.links import code_choice, codes, hostnames
from apps.links.errors import LinkError
from apps.links.installation import default_domain, public_scheme
from apps.links.listing import in_state
from apps.links.models import Alias, Domain, DomainQuerySet, Link, LinkQuerySet, LinkTag, Tag
from apps.links.renaming import MAX_ALIASES

__all__ = ["CodeCheck", "check_code", "default_hostname", "default_workspace", "get_link", "list_links", "list_tags", "short_url"]


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """Whether a custom code can be had. If not, `reason` is a sentence for people and `code` the
    error code that creating the link would end in."""

    available: bool
    reason: str = ""
    code: str = ""


def get_link(*, actor: Actor, hostname: str, code: str, action: Action = Action.LINK_VIEW) -> Link:
    """The link at `hostname`/`code`, deleted ones included, with its domain, owner, workspace and tags;
    `code` may be one that the link had before.

    Raises NotFound, alike for a link that is not there and one that `actor` may not see, and
    PermissionDenied when `actor` may see it but not do `action`.
    """
    links = Link.objects.for_rows().select_related("owner", "workspace")
    host = _host(hostname)
    link = None
    if codes.is_code(code):
        link = links.filter(domain__hostname=host, code=code).first()
        link = link or links.filter(aliases__domain__hostname=host, aliases__code=code).first()
    if link is None or not policy.may(actor, Action.LINK_VIEW, link):
        raise NotFound(_("There is no such link here."))
    if action != Action.LINK_VIEW:
        policy.require(actor, action, link)
    return link


def list_links(*, actor: Actor, workspace: Workspace | None = None, state: str = "") -> QuerySet[Link]:
    """Links of `workspace`, or of all workspaces of `actor`, ready for rows, newest first. What it costs grows with their
    number; pages of lists come from `apps.links.listed`, searches from `apps.links.search`.

    `state` is a LinkState ("" and unknown ones = all but deleted). Raises NotFound when `workspace` is not the actor's.
    """
    if workspace is not None:
        policy.require_in_workspace(actor, Action.LINK_VIEW, workspace)
        ids = [workspace.pk]
    else:
        ids = list(policy.visible_workspaces(actor, Action.LINK_VIEW).values_list("pk", flat=True))
    # Plain ids rather than a subquery: with one of them the index gives the order.
    links = _of_bound_domain(actor, Link.objects.filter(workspace__in=ids))
    return in_state(links, state).order_by("-created_at", "-pk").for_rows()


def list_tags(*, actor: Actor, workspace: Workspace) -> QuerySet[Tag]:
    """Tags of `workspace` by name in whatever case, straight from their index; to who is bound to a domain those of its links alone.
    Raises NotFound when `workspace` is not the actor's."""
    policy.require_in_workspace(actor, Action.LINK_VIEW, workspace)
    tags, bound = Tag.objects.filter(workspace=workspace), policy.bound_domain(actor)
    if bound is not None:
        tags = tags.filter(Exists(LinkTag.objects.filter(tag=OuterRef("pk"), link__domain=bound)))
    return tags.order_by(Lower("name"))


def default_workspace(actor: Actor, action: Action = Action.LINK_CREATE) -> Workspace:
    """The workspace that new links of `actor` go to: the personal one, else the oldest in which links may be made, or
    `action` be done. Raises NotFound when there is none."""
    workspaces = policy.visible_workspaces(actor, action)
    workspace = workspaces.filter(personal_for=actor.pk).first() or workspaces.order_by("pk").first()
    if workspace is None:
        raise NotFound(_("You have no workspace in which links can be made."))
    return workspace


def check_code(*, hostname: str, code: str, link: Link | None = None) -> CodeCheck:
    """Whether `code` could be had as a custom code on the domain `hostname` just now, by `link` if one is
    given: a code that it had before is its own still."""
    try:
        code_choice.require_usable(code)
        place = {"domain__hostname": _host(hostname), "code": code}
        aliases = Alias.objects.exclude(link=link) if link else Alias.objects.all()
        if Link.objects.filter(**place).exists() or aliases.filter(**place).exists():
            raise code_choice.taken(code)
    except LinkError as error:
        return CodeCheck(available=False, reason=error.message, code=error.code)
    return CodeCheck(available=True)


def list_aliases(link: Link) -> Sequence[str]:
    """Codes that `link` had before, which lead to it still, from the latest on; no more than it may have."""
    if link.version == 1:
        # In its first version a link has had no other code.
        return []
    return list(link.aliases.order_by("-created_at", "-pk").values_list("code", flat=True)[:MAX_ALIASES])


def list_domains(*, actor: Actor, workspace: Workspace) -> QuerySet[Domain]:
    """Domains that `workspace` has brought, verified or not, by hostname. Raises NotFound when `workspace` is not the actor's."""
    policy.require_in_workspace(actor, Action.LINK_VIEW, workspace)
    return _bound(actor, Domain.objects.filter(workspace=workspace)).order_by("hostname")


def get_domain(*, actor: Actor, workspace: Workspace, hostname: str, action: Action = Action.LINK_VIEW) -> Domain:
    """The domain `hostname` of `workspace`.

    Raises NotFound, alike for one that is not there and one of others, and PermissionDenied when
    `actor` may see it but not do `action`."""
    domain = _bound(actor, Domain.objects.filter(workspace=workspace, hostname=_host(hostname))).first()
    if domain is None or Action.LINK_VIEW not in policy.allowed_actions(actor, workspace.pk):
        raise NotFound(_("There is no such domain here."))
    policy.require_in_workspace(actor, action, workspace)
    return domain


def find_domain(*, actor: Actor, hostname: str, action: Action = Action.LINK_VIEW) -> Domain:
    """The domain `hostname` in whichever workspace of `actor` has brought it. Raises like `get_domain`."""
    found = Domain.objects.filter(hostname=_host(hostname)).select_related("workspace").first()
    if found is None or found.workspace is None:
        raise NotFound(_("There is no such domain here."))
    return get_domain(actor=actor, workspace=found.workspace, hostname=hostname, action=action)


def usable_domains(*, actor: Actor, workspace: Workspace) -> QuerySet[Domain]:
    """Domains on which links of `workspace` can be made: the default one, then its own verified ones and
    those for all, by hostname. Raises NotFound when `workspace` is not the actor's."""
    policy.require_in_workspace(actor, Action.LINK_VIEW, workspace)
    theirs = Q(workspace=None) | Q(workspace=workspace)
    return _bound(actor, Domain.objects.serving().filter(theirs)).order_by("-is_default", "hostname")


def default_hostname() -> str:
    """Host of the domain that new links get."""
    return default_domain().hostname


def short_url(link: Link, code: str = "") -> str:
    """The address that people share; that of an alias if `code` is one."""
    return f"{public_scheme()}://{link.domain.hostname}/{code or link.code}"


def _bound(actor: Actor, domains: DomainQuerySet) -> DomainQuerySet:
    """Those of `domains` that `actor` may know of."""
    bound = policy.bound_domain(actor)
    return domains if bound is None else domains.filter(pk=bound)


def _of_bound_domain(actor: Actor, links: LinkQuerySet) -> LinkQuerySet:
    bound = policy.bound_domain(actor)
    return links if bound is None else links.filter(domain=bound)


def _host(text: str) -> str:
    return hostnames.normalise(text, scheme=public_scheme()) or ""
