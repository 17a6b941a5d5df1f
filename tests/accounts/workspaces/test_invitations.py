"""Invitations, from the mail to the membership."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, Invitation, Membership, Role, User
from apps.accounts.services import vouch_for_email
from apps.accounts.workspaces import invitations, selectors
from apps.accounts.workspaces.errors import InvitationRefused, WorkspaceRefused
from apps.common.errors import NotFound, PermissionDenied
from tests.cast import Cast, LogIn

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def invited(cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> str:
    """The token in the mail by which the stranger is invited as an editor, now."""
    with django_capture_on_commit_callbacks(execute=True):
        invitations.invite(actor=cast.admin, workspace=cast.workspace, email=" Stranger@Example.com", role=Role.EDITOR, now=timezone.now())
    return token_of_last_mail()


def token_of_last_mail() -> str:
    found = re.search(r"/account/workspaces/invitation/([\w-]+)/", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def test_the_mail_goes_to_the_address_and_the_database_keeps_a_hash(cast: Cast, invited: str) -> None:
    invitation = Invitation.objects.get()

    assert mail.outbox[-1].to == ["stranger@example.com"]
    assert "Team" in mail.outbox[-1].subject
    assert invited not in invitation.token_hash
    assert len(invited) >= 43
    assert AuditLog.objects.get().action == AuditAction.INVITATION_SENT


def test_who_has_verified_the_address_joins_once(cast: Cast, invited: str) -> None:
    vouch_for_email(cast.stranger)
    invitations.accept(user=cast.stranger, token=invited, now=timezone.now())

    assert Membership.objects.get(user=cast.stranger, workspace=cast.workspace).role == Role.EDITOR
    with pytest.raises(NotFound):
        invitations.accept(user=cast.stranger, token=invited, now=timezone.now())


def test_nobody_else_can_use_it(cast: Cast, invited: str) -> None:
    with pytest.raises(InvitationRefused) as caught:
        invitations.accept(user=cast.inactive, token=invited, now=timezone.now())
    assert caught.value.code == "other_email"

    with pytest.raises(InvitationRefused) as caught:
        invitations.accept(user=cast.stranger, token=invited, now=timezone.now())
    assert caught.value.code == "email_not_verified"
    assert not EmailAddress.objects.filter(user=cast.stranger, verified=True).exists()


def test_it_ends_after_a_week(cast: Cast, invited: str) -> None:
    vouch_for_email(cast.stranger)
    with pytest.raises(NotFound):
        invitations.accept(user=cast.stranger, token=invited, now=timezone.now() + timedelta(days=7, seconds=1))


def test_a_second_mail_voids_the_first(
    cast: Cast, invited: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        invitations.send_again(actor=cast.owner, invitation=Invitation.objects.get(), now=timezone.now())

    assert selectors.invitation_of(invited, now=timezone.now()) is None
    assert selectors.invitation_of(token_of_last_mail(), now=timezone.now()) is not None


def test_what_is_revoked_is_void(cast: Cast, invited: str) -> None:
    invitations.revoke(actor=cast.admin, invitation=Invitation.objects.get())

    assert selectors.invitation_of(invited, now=timezone.now()) is None
    assert AuditLog.objects.order_by("-pk")[0].action == AuditAction.INVITATION_REVOKED


def test_only_those_who_manage_members_invite(cast: Cast) -> None:
    for actor, refused in ((cast.editor, PermissionDenied), (cast.viewer, PermissionDenied), (cast.stranger, NotFound)):
        with pytest.raises(refused):
            invitations.invite(actor=actor, workspace=cast.workspace, email="new@example.com", role=Role.VIEWER, now=NOW)
    with pytest.raises(PermissionDenied):
        selectors.list_invitations(actor=cast.viewer, workspace=cast.workspace)


@pytest.mark.parametrize(
    ("email", "role", "code"), [("editor@example.com", Role.VIEWER, "already_member"), ("new@example.com", Role.OWNER, "owner_role")]
)
def test_members_and_owners_are_not_invited(cast: Cast, email: str, role: Role, code: str) -> None:
    with pytest.raises(WorkspaceRefused) as caught:
        invitations.invite(actor=cast.owner, workspace=cast.workspace, email=email, role=role, now=NOW)
    assert caught.value.code == code


def test_nobody_is_invited_to_a_personal_workspace(stranger: User) -> None:
    with pytest.raises(WorkspaceRefused) as caught:
        invitations.invite(actor=stranger, workspace=stranger.personal_workspace, email="new@example.com", role=Role.VIEWER, now=NOW)
    assert caught.value.code == "personal_workspace"


def test_the_link_in_the_mail_leads_in_and_leaves_no_token_in_the_address(cast: Cast, invited: str, logged_in: LogIn) -> None:
    vouch_for_email(cast.stranger)
    client = logged_in(cast.stranger)
    opened = client.get(reverse("workspaces:open_invitation", args=[invited]))
    assert opened["Location"] == reverse("workspaces:invitation")
    assert "Join Team" in client.get(opened["Location"]).content.decode()
    joined = client.post(opened["Location"])

    assert joined["Location"] == reverse("links:list")
    assert Membership.objects.filter(user=cast.stranger, workspace=cast.workspace).exists()
    assert client.session["workspace"] == str(cast.workspace.public_id)


def test_who_is_not_logged_in_may_sign_up_even_by_invitation_only(cast: Cast, invited: str, settings: pytest.FixtureRequest) -> None:
    settings.SIGNUP_MODE = "invited"  # type: ignore[attr-defined]
    client = Client()
    client.get(reverse("workspaces:open_invitation", args=[invited]))
    page = client.get(reverse("workspaces:invitation")).content.decode()

    assert reverse("account_signup") in page
    assert 'name="email"' in client.get(reverse("account_signup")).content.decode()
    assert client.post(reverse("workspaces:invitation")).status_code == 200
    assert not Membership.objects.filter(user=cast.stranger, workspace=cast.workspace).exists()


def test_an_unknown_token_is_not_found(client: Client) -> None:
    client.get(reverse("workspaces:open_invitation", args=["x" * 43]))

    assert client.get(reverse("workspaces:invitation")).status_code == 404
