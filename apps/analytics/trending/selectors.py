"""What pages and APIs ask about links that trend. Every answer is bounded."""

from django.db.models import QuerySet

from apps.accounts import policy
from apps.accounts.models import User, Workspace
from apps.accounts.policy import Action, Actor
from apps.analytics.trending.models import TrendingLink

# Links of one answer.
MOST = 50


def trending_now(*, actor: Actor, workspace: Workspace | None = None, limit: int = MOST) -> list[TrendingLink]:
    """Links that trend now among those of `workspace`, or of all workspaces whose clicks `actor` may see; most clicks first,
    MOST at most. Their links come with them."""
    bound = policy.bound_domain(actor)
    workspaces = policy.visible_workspaces(actor, Action.ANALYTICS_VIEW, domain_id=bound)
    if workspace is not None:
        workspaces = workspaces.filter(pk=workspace.pk)
    found = _open().filter(link__workspace__in=workspaces)
    return _first(found if bound is None else found.filter(link__domain=bound), limit)


def trending_of_owner(*, owner: User, limit: int = MOST) -> list[TrendingLink]:
    """Links of `owner` that trend now, in whatever workspace; most clicks first, MOST at most."""
    return _first(_open().filter(link__owner=owner), limit)


def trending_in_installation(*, limit: int = MOST) -> list[TrendingLink]:
    """Links that trend now, of whomever: for those who run the installation. Most clicks first, MOST at most."""
    return _first(_open(), limit)


def _open() -> QuerySet[TrendingLink]:
    return TrendingLink.objects.filter(ended_at=None, link__deleted_at=None)


def _first(rows: QuerySet[TrendingLink], limit: int) -> list[TrendingLink]:
    return list(rows.select_related("link__domain").order_by("-clicks", "link")[: max(0, min(limit, MOST))])
