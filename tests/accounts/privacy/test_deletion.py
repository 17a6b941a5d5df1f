"""Accounts that their owners want deleted: shut at once, given back on demand, gone after the days of grace."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AccountDeletion, AuditLog, Membership, Role, User, Workspace
from apps.accounts.privacy import deletion, registry
from apps.accounts.privacy.errors import DeletionRefused, NothingToTakeBack
from apps.accounts.tasks import delete_due_accounts
from tests.cast import PASSWORD, Cast, LogIn

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=14)
LOG_IN = reverse("account_login")
DELETE = reverse("privacy:delete")
TAKE_BACK = reverse("privacy:take_back")


def ask(user: User) -> AccountDeletion:
    return deletion.ask(user=user, now=NOW)


def log_in(user: User) -> Client:
    """A browser in which the password was just typed, twice where it lets in."""
    client = Client()
    client.post(LOG_IN, {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def actions() -> list[str]:
    return list(AuditLog.objects.order_by("id").values_list("action", flat=True))


def test_the_account_is_shut_at_once(logged_in: LogIn, stranger: User) -> None:
    client = logged_in(stranger)

    asked = ask(stranger)

    stranger.refresh_from_db()
    assert not stranger.is_active
    assert asked.due_at == LATER
    assert client.get(reverse("links:list")).status_code == 302
    assert stranger.token_version == 1
    assert actions() == ["user.deletion_asked"]


def test_its_owner_is_told_by_mail(stranger: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ask(stranger)

    [message] = mail.outbox
    assert message.to == ["stranger@example.com"]
    assert message.subject == "Your account will be deleted"
    assert "7 Dec 2026, 12:00" in message.body


def test_the_only_owner_of_a_team_hands_it_over_first(cast: Cast) -> None:
    with pytest.raises(DeletionRefused) as refused:
        ask(cast.owner)

    assert (refused.value.code, refused.value.params) == ("hand_over_first", {"workspaces": ["Team"]})
    Membership.objects.filter(user=cast.admin, workspace=cast.workspace).update(role=Role.OWNER)
    assert ask(cast.owner).due_at == LATER


def test_another_owner_whose_account_is_shut_looks_after_nothing(cast: Cast) -> None:
    Membership.objects.filter(user=cast.admin, workspace=cast.workspace).update(role=Role.OWNER)
    ask(cast.admin)

    with pytest.raises(DeletionRefused):
        ask(cast.owner)


def test_who_is_left_with_people_who_are_shut_out_may_go(cast: Cast) -> None:
    Membership.objects.filter(workspace=cast.workspace).exclude(user__in=[cast.owner, cast.inactive]).delete()

    assert ask(cast.owner).due_at == LATER


def test_a_team_without_others_need_not_be_handed_over(owner: User) -> None:
    assert ask(owner).due_at == LATER


def test_the_last_superuser_stays() -> None:
    root = User.objects.create_superuser("root@example.com", "x")

    with pytest.raises(DeletionRefused) as refused:
        ask(root)
    User.objects.create_superuser("root2@example.com", "x")

    assert refused.value.code == "last_superuser"
    assert ask(root).user == root


def test_the_page_asks_for_the_address_and_logs_out(stranger: User) -> None:
    client = log_in(stranger)

    page = client.get(DELETE).content.decode()
    wrong = client.post(DELETE, {"email": "other@example.com"})
    right = client.post(DELETE, {"email": " Stranger@example.com "}, follow=True)

    assert "What will be lost" in page
    assert wrong.status_code == 422
    assert "Your account is shut." in right.content.decode()
    assert AccountDeletion.objects.get().user == stranger
    assert not right.wsgi_request.user.is_authenticated


def test_the_page_of_the_only_owner_says_what_to_hand_over(cast: Cast) -> None:
    client = log_in(cast.owner)

    page = client.get(DELETE).content.decode()
    refused = client.post(DELETE, {"email": cast.owner.email})

    assert "First hand these workspaces over" in page
    assert refused.status_code == 422
    assert not AccountDeletion.objects.exists()


def test_the_page_wants_the_password_anew_after_a_while(logged_in: LogIn, stranger: User) -> None:
    answer = logged_in(stranger).get(DELETE)

    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_who_logs_in_meanwhile_is_offered_the_account_back(stranger: User) -> None:
    deletion.ask(user=stranger, now=datetime.now(UTC))
    client = log_in(stranger)

    page = client.get(TAKE_BACK)
    done = client.post(TAKE_BACK)

    assert "Open it again" in page.content.decode()
    assert done.headers["Location"] == LOG_IN
    stranger.refresh_from_db()
    assert stranger.is_active
    assert not AccountDeletion.objects.exists()
    assert log_in(stranger).get(reverse("links:list")).status_code == 200
    assert "user.deletion_taken_back" in actions()


def test_nobody_is_offered_an_account_without_its_password(stranger: User) -> None:
    deletion.ask(user=stranger, now=datetime.now(UTC))
    client = Client()
    client.post(LOG_IN, {"login": stranger.email, "password": "wrong"})

    for answer in (client.get(TAKE_BACK), client.post(TAKE_BACK)):
        assert answer.headers["Location"] == LOG_IN
    assert AccountDeletion.objects.exists()


def test_an_account_that_staff_have_shut_is_not_offered_back(inactive: User) -> None:
    answer = Client().post(LOG_IN, {"login": inactive.email, "password": PASSWORD})

    assert answer.headers["Location"] == reverse("account_inactive")


def test_staff_may_keep_it_from_being_taken_back(stranger: User) -> None:
    ask(stranger)
    AccountDeletion.objects.update(may_take_back=False)

    with pytest.raises(NothingToTakeBack):
        deletion.take_back(user=stranger, now=NOW)


def test_it_cannot_be_taken_back_when_it_is_due(stranger: User) -> None:
    ask(stranger)

    with pytest.raises(NothingToTakeBack):
        deletion.take_back(user=stranger, now=LATER)


def test_the_days_of_grace_are_kept_to(stranger: User) -> None:
    ask(stranger)

    assert deletion.delete_due(now=LATER - timedelta(seconds=1)) == 0
    assert deletion.delete_due(now=LATER) == 1
    assert not User.objects.filter(pk=stranger.pk).exists()
    assert deletion.delete_due(now=LATER) == 0


def test_the_scheduler_deletes_what_is_due(stranger: User, settings: Settings) -> None:
    settings.ACCOUNT_DELETION_DAYS = 0
    ask(stranger)

    assert delete_due_accounts() == 1
    row = AuditLog.objects.get(action=AuditAction.USER_DELETED)
    assert (row.actor_id, row.via, row.target_label) == (None, "task", "stranger@example.com")


def test_nothing_names_the_user_in_the_workspace_that_stays_for_its_codes(stranger: User) -> None:
    pk = stranger.personal_workspace.pk
    ask(stranger)

    deletion.delete_due(now=LATER)

    workspace = Workspace.objects.get(pk=pk)
    assert (workspace.name, workspace.personal_for, workspace.memberships.count()) == ("—", None, 0)
    assert (workspace.deleted_at, workspace.erased_at) == (LATER, LATER)


def test_an_account_that_staff_have_opened_again_stays(stranger: User) -> None:
    ask(stranger)
    User.objects.filter(pk=stranger.pk).update(is_active=True)

    assert deletion.delete_due(now=LATER) == 0
    assert User.objects.filter(pk=stranger.pk).exists()
    assert not AccountDeletion.objects.exists()


def test_whoever_is_left_inherits_a_team_that_lost_its_other_owner(cast: Cast) -> None:
    Membership.objects.filter(user=cast.admin).update(role=Role.OWNER)
    ask(cast.owner)
    Membership.objects.filter(user=cast.admin, workspace=cast.workspace).delete()

    deletion.delete_due(now=LATER)

    assert Membership.objects.get(user=cast.editor, workspace=cast.workspace).role == Role.OWNER
    assert Membership.objects.get(user=cast.viewer, workspace=cast.workspace).role == Role.VIEWER
    assert "workspace.ownership_transferred" in actions()


def test_one_account_that_fails_does_not_hold_up_the_next(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(cast.stranger)
    ask(cast.viewer)
    failing = cast.stranger.personal_workspace.pk

    def erase(workspaces: list[Workspace], now: datetime) -> None:
        if failing in {workspace.pk for workspace in workspaces}:
            raise RuntimeError("no")

    monkeypatch.setattr(registry, "erasers", lambda: [erase])

    failed_before = deletion.FAILED._value.get()
    assert deletion.delete_due(now=LATER) == 1
    assert deletion.FAILED._value.get() == failed_before + 1
    assert User.objects.filter(pk=cast.stranger.pk).exists()
    monkeypatch.undo()
    assert deletion.delete_due(now=LATER) == 1
