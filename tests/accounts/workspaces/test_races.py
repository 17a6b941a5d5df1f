"""What stays true of workspaces when several people act at one moment."""

from functools import partial

import pytest
from django.utils import timezone

from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, Invitation, Membership, Role, User
from apps.accounts.privacy import deletion
from apps.accounts.privacy.errors import DeletionRefused
from apps.accounts.services import vouch_for_email
from apps.accounts.workspaces import invitations, members
from apps.accounts.workspaces.errors import WorkspaceRefused
from apps.common.errors import NotFound, PermissionDenied
from tests.accounts.workspaces.test_invitations import token_of_last_mail
from tests.at_once import at_once
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
# Threads begin together, but not in the same microsecond: with some rounds each order comes up.
ROUNDS = 4


def membership(cast: Cast, user: User) -> Membership:
    return Membership.objects.get(workspace=cast.workspace, user=user)


def owners(cast: Cast) -> set[User]:
    found = Membership.objects.filter(workspace=cast.workspace, role=Role.OWNER, user__is_active=True).select_related("user")
    return {one.user for one in found}


def as_owners(cast: Cast, *users: User) -> None:
    """The team with these as its owners, and everybody a member."""
    for user, role in ((cast.owner, Role.ADMIN), (cast.admin, Role.ADMIN), (cast.editor, Role.EDITOR)):
        Membership.objects.update_or_create(workspace=cast.workspace, user=user, defaults={"role": Role.OWNER if user in users else role})


def codes(results: list[object]) -> list[str]:
    """What was refused, and why; anything else that went wrong shows."""
    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, WorkspaceRefused | PermissionDenied | NotFound | DeletionRefused) for error in errors), errors
    return [error.code for error in errors]  # type: ignore[attr-defined]


def test_of_two_owners_who_leave_at_once_one_stays(cast: Cast) -> None:
    for _ in range(ROUNDS):
        as_owners(cast, cast.owner, cast.admin)
        results = at_once([partial(members.leave, actor=user, workspace=cast.workspace) for user in (cast.owner, cast.admin)])

        assert codes(results) == ["last_owner"]
        assert len(owners(cast)) == 1


def test_of_two_owners_who_remove_each_other_one_stays(cast: Cast) -> None:
    for _ in range(ROUNDS):
        as_owners(cast, cast.owner, cast.admin)
        first, second = membership(cast, cast.owner), membership(cast, cast.admin)
        results = at_once(
            [
                partial(members.remove_member, actor=cast.owner, membership=second),
                partial(members.change_role, actor=cast.admin, membership=first, role=Role.VIEWER),
            ]
        )

        assert len(codes(results)) == 1
        assert len(owners(cast)) == 1


def test_a_workspace_is_not_handed_to_somebody_who_is_removed_at_that_moment(cast: Cast) -> None:
    for _ in range(ROUNDS):
        as_owners(cast, cast.owner, cast.editor)
        heir = membership(cast, cast.admin)
        results = at_once(
            [
                partial(members.transfer_ownership, actor=cast.owner, membership=heir),
                partial(members.remove_member, actor=cast.editor, membership=heir),
            ]
        )

        # The heir is an owner first, and removed by the other one then; or gone first, and there is nobody to hand it to.
        assert codes(results) in ([], ["not_found"])
        assert not Membership.objects.filter(pk=heir.pk).exists()
        assert owners(cast) == ({cast.editor} if not codes(results) else {cast.owner, cast.editor})


def test_a_workspace_is_handed_over_once(cast: Cast) -> None:
    for _ in range(ROUNDS):
        as_owners(cast, cast.owner)
        membership(cast, cast.editor).delete()
        Membership.objects.create(workspace=cast.workspace, user=cast.editor, role=Role.ADMIN)
        heirs = [membership(cast, cast.admin), membership(cast, cast.editor)]
        results = at_once([partial(members.transfer_ownership, actor=cast.owner, membership=heir) for heir in heirs])

        assert codes(results) == ["permission_denied"]
        assert len(owners(cast)) == 1


def test_an_owner_whose_account_is_shut_does_not_leave_another_who_goes(cast: Cast) -> None:
    for _ in range(ROUNDS):
        as_owners(cast, cast.owner, cast.admin)
        results = at_once(
            [
                partial(deletion.ask, user=cast.owner, now=timezone.now()),
                partial(members.leave, actor=cast.admin, workspace=cast.workspace),
            ]
        )

        assert codes(results) in (["last_owner"], ["hand_over_first"])
        assert len(owners(cast)) == 1
        if codes(results) == ["last_owner"]:
            deletion.take_back(user=cast.owner, now=timezone.now())


def test_who_leaves_and_shuts_the_account_at_once_meets_no_deadlock(cast: Cast) -> None:
    for _ in range(ROUNDS):
        as_owners(cast, cast.owner, cast.admin)
        results = at_once(
            [
                partial(deletion.ask, user=cast.owner, now=timezone.now()),
                partial(members.leave, actor=cast.owner, workspace=cast.workspace),
            ]
        )

        assert codes(results) == []
        deletion.take_back(user=cast.owner, now=timezone.now())


def test_an_invitation_that_is_accepted_twice_at_once_counts_once(cast: Cast) -> None:
    vouch_for_email(cast.stranger)
    invitations.invite(actor=cast.admin, workspace=cast.workspace, email=cast.stranger.email, role=Role.EDITOR, now=timezone.now())
    token = token_of_last_mail()
    results = at_once([partial(invitations.accept, user=cast.stranger, token=token, now=timezone.now()) for _ in range(4)])

    assert codes(results) == ["not_found"] * 3
    assert membership(cast, cast.stranger).role == Role.EDITOR
    assert not Invitation.objects.exists()
    assert AuditLog.objects.filter(action=AuditAction.MEMBER_ADDED).count() == 1


def test_an_invitation_is_either_accepted_or_revoked(cast: Cast) -> None:
    vouch_for_email(cast.stranger)
    for _ in range(ROUNDS):
        Membership.objects.filter(workspace=cast.workspace, user=cast.stranger).delete()
        invitation = invitations.invite(
            actor=cast.admin, workspace=cast.workspace, email=cast.stranger.email, role=Role.VIEWER, now=timezone.now()
        )
        token = token_of_last_mail()
        results = at_once(
            [
                partial(invitations.accept, user=cast.stranger, token=token, now=timezone.now()),
                partial(invitations.revoke, actor=cast.admin, invitation=invitation),
            ]
        )

        assert codes(results) == ["not_found"]
        joined = not isinstance(results[0], Exception)
        assert Membership.objects.filter(workspace=cast.workspace, user=cast.stranger).exists() is joined
