"""Users and the personal workspace that each of them has."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoAssertNumQueries

from apps.accounts import selectors, services
from apps.accounts.models import Membership, Role, User, Workspace

pytestmark = pytest.mark.django_db


def test_an_address_is_kept_in_lower_case_whichever_way_it_comes_in() -> None:
    made = User.objects.create_user("Ann@Example.COM", "x")
    saved = User(email="Bob@Example.COM")
    saved.save()

    assert made.email == "ann@example.com"
    assert saved.email == "bob@example.com"
    assert User.objects.get(email="ANN@example.com") == made
    assert User.objects.get_by_natural_key("ANN@EXAMPLE.COM") == made


def test_an_address_is_used_once_whatever_its_case() -> None:
    services.register_user(email="ann@example.com", password="x")

    with pytest.raises(IntegrityError), transaction.atomic():
        services.register_user(email="ANN@example.com", password="x")
    with pytest.raises(ValidationError, match="in use"):
        User(email="Ann@Example.com", password="x").full_clean()


def test_the_database_refuses_upper_case() -> None:
    user = services.register_user(email="ann@example.com", password="x")

    with pytest.raises(IntegrityError, match="user_email_lower_case"), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET email = 'Ann@example.com' WHERE id = %s", [user.pk])


def test_a_user_owns_a_personal_workspace_from_the_start() -> None:
    user = services.register_user(email="ann@example.com", password="x", full_name="Ann Example")
    workspace = selectors.personal_workspace(user)

    assert workspace.name == "Ann Example"
    assert list(workspace.memberships.values_list("user", "role")) == [(user.pk, Role.OWNER)]


def test_a_long_name_is_cut_for_the_workspace() -> None:
    user = services.register_user(email="ann@example.com", password="x", full_name="n" * 150)

    assert selectors.personal_workspace(user).name == "n" * 100


def test_createsuperuser_makes_a_workspace_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "Correct horse battery 4")
    call_command("createsuperuser", "--no-input", "--email", "Root@Example.com", verbosity=0)

    root = User.objects.get(email="root@example.com")
    assert root.is_superuser
    assert Membership.objects.filter(user=root, workspace=root.personal_workspace, role=Role.OWNER).exists()


def test_no_user_is_left_behind_when_the_workspace_cannot_be_made() -> None:
    taken = services.register_user(email="ann@example.com", password="x")
    twin = User(email="bob@example.com", pk=taken.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.register(twin)

    assert not User.objects.filter(email="bob@example.com").exists()
    assert Workspace.objects.count() == 1


def test_a_known_personal_workspace_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = User.objects.select_related("personal_workspace").get(pk=services.register_user(email="ann@example.com", password="x").pk)

    with django_assert_num_queries(0):
        selectors.personal_workspace(user)


def test_the_groups_migration_goes_back_and_forth() -> None:
    executor = MigrationExecutor(connection)
    assert ("accounts", "0002_groups") in executor.loader.applied_migrations
    migration = executor.loader.get_migration("accounts", "0002_groups")
    state = executor.loader.project_state([("accounts", "0002_groups")])
    group = state.apps.get_model("auth", "Group")

    with connection.schema_editor() as editor:
        migration.unapply(state.clone(), editor)
        assert set(group.objects.values_list("name", flat=True)) == set()
        migration.apply(state.clone(), editor)
    assert set(group.objects.values_list("name", flat=True)) == {"moderator", "admin"}
