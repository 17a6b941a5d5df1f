"""How often people and programs may ask, of those of whom more than the address is known.

A limit of the back office goes before the setting's. Of several that fit, the API key's own counts, then the
user's own, then the most generous of the user's groups, then that for everybody.
"""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import RateLimitPolicy, User
from apps.accounts.policy import Actor, ApiActor, BackOffice
from apps.common.errors import DomainError
from apps.common.ratelimit.clients import client_key
from apps.common.ratelimit.limiter import get_limiter
from apps.common.ratelimit.limits import Decision, EndpointClass, RateLimit
from apps.common.ratelimit.table import get_table


class TooManyRequests(DomainError):
    """More than the limit allows; `retry_after` seconds from now the same passes."""

    code = "too_many_requests"
    http_status = 429

    def __init__(self, retry_after: float) -> None:
        super().__init__(_("This has been done too often in a short time. Wait and try again."), params={"retry_after": retry_after})
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Bucket:
    """The limit to go by, None for none, and who takes from the same bucket; "" for nobody that could be told apart."""

    limit: RateLimit | None
    subject: str

    def take(self, *, cost: int = 1) -> Decision | None:
        """Take `cost` tokens, or be refused; None without a limit."""
        return get_limiter().take(self.limit, self.subject, cost=cost) if self.limit is not None and self.subject else None


def bucket_of(actor: Actor, endpoint_class: EndpointClass, *, address: str = "") -> Bucket:
    """Where `actor` takes tokens from; the anonymous from that of `address` (canonical). One query.

    A key without a limit of its own shares the bucket of its user, so that many keys are not many limits.
    """
    user, key_id = _who(actor)
    policy = _policy(user, key_id, endpoint_class)
    limit = get_table().of(endpoint_class) if policy is None else policy.limit
    if policy is not None and policy.api_key_id is not None:
        return Bucket(limit, f"key:{policy.api_key_id}")
    return Bucket(limit, f"user:{user.pk}" if user is not None else client_key(address))


def limit_for(actor: Actor, endpoint_class: EndpointClass) -> RateLimit | None:
    """The limit that `actor` has for a class of endpoints; None for no limit. One query."""
    return bucket_of(actor, endpoint_class).limit


def require_may_create(actor: Actor, *, number: int = 1) -> None:
    """Count `number` links that `actor` is about to make. Raises TooManyRequests; more at once than the limit never pass."""
    decision = bucket_of(actor, EndpointClass.CREATE).take(cost=number)
    if decision is not None and not decision.allowed:
        raise TooManyRequests(decision.retry_after)


def log_in_buckets(email: str, address: str) -> list[Bucket]:
    """What a try to log in to the account of `email` from `address` (canonical) takes from: that of the address, and
    that of the account at this address: by account alone, strangers could shut its owner out. Two queries.

    The lock-out counts beside this: it looks at wrong passwords, this at how often anything is tried.
    """
    by_address = bucket_of(AnonymousUser(), EndpointClass.LOG_IN, address=address)
    limit = limit_for(AnonymousUser(), EndpointClass.LOG_IN_ACCOUNT)
    return [by_address, Bucket(limit, f"{by_address.subject} {account_name(email)}")]


def account_name(email: str) -> str:
    """How the account of `email` is named in buckets, whether there is one or not."""
    return email.strip().lower()[:254]


def _who(actor: Actor) -> tuple[User | None, int | None]:
    if isinstance(actor, ApiActor):
        return actor.user, actor.key_id
    person = actor.user if isinstance(actor, BackOffice) else actor
    return (person if isinstance(person, User) else None), None


def _policy(user: User | None, key_id: int | None, endpoint_class: EndpointClass) -> RateLimitPolicy | None:
    wanted = Q(user=None, group=None, api_key=None)
    if user is not None:
        wanted |= Q(user=user) | Q(group__in=user.groups.all())
    if key_id is not None:
        wanted |= Q(api_key=key_id)
    return max(RateLimitPolicy.objects.filter(wanted, endpoint_class=endpoint_class), key=_precedence, default=None)


def _precedence(policy: RateLimitPolicy) -> tuple[bool, bool, bool, bool, float]:
    limit = policy.limit
    generosity = limit.refill_per_second if limit is not None else 0.0
    return policy.api_key_id is not None, policy.user_id is not None, policy.group_id is not None, limit is None, generosity
