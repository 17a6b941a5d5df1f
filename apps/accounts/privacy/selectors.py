"""Reads about accounts that go."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import AccountDeletion, Membership, Role, User, Workspace


def to_hand_over(user: User) -> QuerySet[Workspace]:
    """Workspaces with other members of which `user` is the only owner; who cannot log in looks after nothing."""
    others = Membership.objects.filter(workspace=OuterRef("pk"), user__is_active=True).exclude(user=user)
    return without_other_owner(user).filter(Exists(others)).order_by("name", "pk")


def without_other_owner(user: User) -> QuerySet[Workspace]:
    """Workspaces that are left to themselves when `user` goes."""
    others = Membership.objects.filter(workspace=OuterRef("pk"), user__is_active=True, role=Role.OWNER).exclude(user=user)
    return Workspace.objects.filter(memberships__user=user, memberships__role=Role.OWNER).exclude(Exists(others))


def to_go_along(user: User) -> QuerySet[Workspace]:
    """Workspaces that nobody but `user` belongs to, the personal one among them."""
    others = Membership.objects.filter(workspace=OuterRef("pk")).exclude(user=user)
    own = Workspace.objects.filter(Q(personal_for=user) | Exists(Membership.objects.filter(workspace=OuterRef("pk"), user=user)))
    return own.exclude(Exists(others)).order_by("pk")


def deletion_of(user: User, *, now: datetime) -> AccountDeletion | None:
    """The deletion that `user` has asked for, if it can be taken back still."""
    return AccountDeletion.objects.filter(user=user, may_take_back=True, user__is_active=False, due_at__gt=now).first()
