"""Reads of the accounts room."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from apps.accounts.models import RateLimitPolicy, User, Workspace
from apps.common.ratelimit.limits import EndpointClass, RateLimit
from apps.common.ratelimit.table import get_table


def personal_workspace(user: User) -> Workspace:
    """The workspace that `user` has from sign-up on; one query, and none when it is known already."""
    return user.personal_workspace


def email_is_verified(user: User) -> bool:
    """Whether `user` has shown to read mail at the address that is the log-in."""
    verified: bool = EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()
    return verified


def limit_for(user: User | AnonymousUser, endpoint_class: EndpointClass) -> RateLimit | None:
    """The limit that `user` has for a class of endpoints; None for no limit. One query.

    The user's own comes first, then the most generous of the user's groups, then that for everybody,
    then the one in settings.
    """
    wanted = Q(user=None, group=None)
    if user.is_authenticated:
        wanted |= Q(user=user) | Q(group__in=user.groups.all())
    policies = list(RateLimitPolicy.objects.filter(wanted, endpoint_class=endpoint_class))
    if not policies:
        return get_table().of(endpoint_class)
    return max(policies, key=_precedence).limit


def _precedence(policy: RateLimitPolicy) -> tuple[bool, bool, bool, float]:
    limit = policy.limit
    generosity = limit.refill_per_second if limit is not None else 0.0
    return policy.user_id is not None, policy.group_id is not None, limit is None, generosity
