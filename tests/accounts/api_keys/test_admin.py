"""Keys in the back office."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.accounts import groups
from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import ApiKey, AuditLog, User
from tests.accounts.api_keys.cases import make_key
from tests.cast import Cast, LogIn, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:accounts_apikey_changelist")


@pytest.fixture
def key(cast: Cast) -> ApiKey:
    key, _text = make_key(cast.editor, cast.workspace)
    return key


def staff(group: str) -> User:
    user = make_user("staff", is_staff=True)
    user.groups.set([Group.objects.get(name=group)])
    return user


def revoke(client: Client, key: ApiKey) -> None:
    client.post(LIST, {"action": "revoke", "_selected_action": [key.pk]})


def test_staff_revoke_keys_which_is_recorded(key: ApiKey, logged_in: LogIn) -> None:
    boss = staff(groups.ADMIN)
    revoke(logged_in(boss), key)

    key.refresh_from_db()
    assert key.revoked_at is not None
    [row] = AuditLog.objects.filter(action=AuditAction.API_KEY_REVOKED)
    assert (row.actor_id, row.via) == (boss.pk, "admin")


def test_hashes_are_nowhere_to_be_seen_and_nothing_can_be_changed(key: ApiKey, logged_in: LogIn) -> None:
    client = logged_in(staff(groups.ADMIN))
    page = reverse("admin:accounts_apikey_change", args=[key.pk])

    for path in (LIST, f"{LIST}?q={key.prefix}", page):
        answer = client.get(path)
        assert answer.status_code == 200
        assert key.prefix in answer.content.decode()
        assert key.secret_hash not in answer.content.decode()
    assert client.post(page, {"name": "Other"}).status_code == 403
    assert client.get(reverse("admin:accounts_apikey_add")).status_code == 403


def test_moderators_see_no_keys(key: ApiKey, logged_in: LogIn) -> None:
    client = logged_in(staff(groups.MODERATOR))
    revoke(client, key)

    assert client.get(LIST).status_code == 403
    key.refresh_from_db()
    assert key.revoked_at is None


def test_a_deactivated_account_loses_its_keys_for_good(cast: Cast, key: ApiKey, logged_in: LogIn) -> None:
    client = logged_in(staff(groups.ADMIN))
    page = reverse("admin:accounts_user_change", args=[cast.editor.pk])

    client.post(page, {"full_name": "", "groups": []})

    cast.editor.refresh_from_db()
    key.refresh_from_db()
    assert not cast.editor.is_active
    assert key.revoked_at is not None
