"""Staff help those who have lost their second factor."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib import admin
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, User
from tests.cast import PASSWORD, LogIn, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> User:
    return make_user("root", is_staff=True, is_superuser=True)


def act(client: Client, action: str, user: User) -> None:
    client.post(reverse("admin:accounts_user_changelist"), {"action": action, "_selected_action": [user.pk]})


def test_factors_are_removed_and_sessions_end(logged_in: LogIn, root: User, stranger: User) -> None:
    browser = Client()
    browser.post(reverse("account_login"), {"login": stranger.email, "password": PASSWORD})
    TOTP.activate(stranger, "A" * 32)
    act(logged_in(root), "remove_factors", stranger)

    assert not Authenticator.objects.exists()
    assert not get_user(browser).is_authenticated
    [row] = AuditLog.objects.filter(action=AuditAction.SECOND_FACTOR_REMOVED)
    assert (row.actor_id, row.target_id, row.before) == (root.pk, str(stranger.pk), {"kind": "totp"})


def test_staff_log_somebody_out_everywhere(logged_in: LogIn, root: User, stranger: User) -> None:
    browser = Client()
    browser.post(reverse("account_login"), {"login": stranger.email, "password": PASSWORD})
    act(logged_in(root), "end_sessions", stranger)

    assert not get_user(browser).is_authenticated
    assert AuditLog.objects.get(action=AuditAction.LOGGED_OUT_EVERYWHERE).actor_id == root.pk


def test_the_back_office_shows_no_secrets() -> None:
    labels = {model._meta.app_label for model in admin.site._registry}

    assert not labels & {"mfa", "usersessions", "socialaccount"}
