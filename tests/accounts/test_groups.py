"""The groups of the back office and their permissions."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from apps.accounts import groups

pytestmark = pytest.mark.django_db


def permissions(name: str) -> set[str]:
    rows = Permission.objects.filter(group__name=name).values_list("content_type__app_label", "codename")
    return {f"{label}.{codename}" for label, codename in rows}


def test_moderators_look_at_users_and_change_links() -> None:
    granted = permissions(groups.MODERATOR)

    assert granted == set(groups.GRANTS[groups.MODERATOR])
    assert "links.change_link" in granted
    assert "accounts.change_user" not in granted


def test_admins_have_everything_of_the_rooms_of_the_back_office() -> None:
    granted = permissions(groups.ADMIN)

    for label in ("accounts", "links", "events", "account"):
        for model in apps.get_app_config(label).get_models():
            assert {f"{label}.{action}_{model._meta.model_name}" for action in model._meta.default_permissions} <= granted
    assert "auth.change_group" not in granted


def test_granting_again_changes_nothing_and_keeps_what_operators_added() -> None:
    extra = Permission.objects.get(codename="view_logentry")
    moderators = Group.objects.get(name=groups.MODERATOR)
    moderators.permissions.add(extra)
    before = permissions(groups.MODERATOR)

    for label in ("accounts", "links", "analytics"):
        groups.grant_after_migrate(app_config=apps.get_app_config(label), using="default")

    assert permissions(groups.MODERATOR) == before


def test_permissions_return_after_the_tables_were_emptied_of_them() -> None:
    Permission.objects.all().delete()

    for label in ("accounts", "links", "analytics"):
        groups.grant_after_migrate(app_config=apps.get_app_config(label), using="default")

    assert permissions(groups.MODERATOR) == set(groups.GRANTS[groups.MODERATOR])


def test_a_group_that_was_removed_stays_away() -> None:
    Group.objects.filter(name=groups.MODERATOR).delete()

    call_command("migrate", "--run-syncdb", verbosity=0, database="default")

    assert not Group.objects.filter(name=groups.MODERATOR).exists()
