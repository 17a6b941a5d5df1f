"""Making, editing and revoking keys: whose they are, what they can be, and what ends them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import Settings

from apps.accounts.api_keys import retention, selectors, services
from apps.accounts.api_keys.errors import KeyRefused
from apps.accounts.api_keys.verification import actor_with
from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import ApiKey, AuditLog, Membership, Role, User
from apps.accounts.policy import ApiActor, Scope
from apps.accounts.privacy import deletion
from apps.accounts.workspaces import members
from apps.accounts.workspaces import services as workspaces
from apps.common.errors import NotFound, PermissionDenied
from apps.events.models import OutboxEvent
from apps.events.topics import Topic
from apps.links.models import Domain
from tests.accounts.api_keys.cases import NOW, make_key
from tests.cast import Cast

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=30)


def code_of(caught: pytest.ExceptionInfo[KeyRefused]) -> tuple[str, str]:
    return caught.value.code, caught.value.field


def recorded(action: AuditAction) -> list[AuditLog]:
    return list(AuditLog.objects.filter(action=action).order_by("pk"))


def test_a_key_is_kept_without_what_it_is_made_of(cast: Cast) -> None:
    key, text = make_key(cast.viewer, cast.workspace, "links:read", "analytics:read", expires_at=LATER)

    stored = ApiKey.objects.values().get()
    assert text.startswith(key.prefix)
    assert stored["scopes"] == ["links:read", "analytics:read"]
    assert stored["expires_at"] == LATER
    assert text.removeprefix(key.prefix)[1:] not in str(stored)
    assert text not in str(list(AuditLog.objects.values()))


def test_making_a_key_is_recorded_in_the_workspace(cast: Cast) -> None:
    key, _text = make_key(cast.editor, cast.workspace, "links:write")

    [row] = recorded(AuditAction.API_KEY_CREATED)
    assert (row.actor_id, row.workspace_id, row.target_id) == (cast.editor.pk, cast.workspace.pk, str(key.pk))
    assert (row.after["scopes"], row.after["member"]) == (["links:write"], cast.editor.email)
    assert key.prefix in row.target_label


@pytest.mark.parametrize("name", ["stranger", "inactive"])
def test_who_is_no_member_makes_no_key(cast: Cast, name: str) -> None:
    with pytest.raises(NotFound):
        make_key(getattr(cast, name), cast.workspace)


def test_a_user_has_so_many_keys_and_no_more(cast: Cast, settings: Settings) -> None:
    settings.API_KEYS_PER_USER = 2
    first, _text = make_key(cast.editor, cast.workspace)
    make_key(cast.editor, cast.editor.personal_workspace)

    with pytest.raises(KeyRefused) as caught:
        make_key(cast.editor, cast.workspace)

    assert code_of(caught) == ("too_many_keys", "")
    make_key(cast.viewer, cast.workspace)
    services.revoke_key(actor=cast.editor, key=first, now=NOW)
    make_key(cast.editor, cast.workspace)


NAMES = {
    "Cron": "Cron",
    "  two \n lines\t": "two lines",
    "é": "é",
    "e\u0301": "é",
    "👩‍💻 laptop": "👩‍💻 laptop",
    "سجل‌ها": "سجل‌ها",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "'; DROP TABLE accounts_apikey; --": "'; DROP TABLE accounts_apikey; --",
    "%s {0} ${jndi:x}": "%s {0} ${jndi:x}",
    "x" * 100: "x" * 100,
}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_is_kept_as_it_reads(cast: Cast, name: str) -> None:
    key, _text = make_key(cast.editor, cast.workspace, name=name)

    key.refresh_from_db()
    assert key.name == NAMES[name]


@pytest.mark.parametrize("name", ["", "   ", "a\0b", "a\x07b", "\ud800", "a\u202eb", "\u2066x", "\u200b\u200d", "x" * 101], ids=ascii)
def test_a_name_that_cannot_be_read_is_none(cast: Cast, name: str) -> None:
    with pytest.raises(KeyRefused) as caught:
        make_key(cast.editor, cast.workspace, name=name)

    assert code_of(caught) == ("name_required", "name")


@pytest.mark.parametrize(
    ("scopes", "code"), [([], "scopes_required"), (["links:read", "root"], "unknown_scope"), (["LINKS:READ"], "unknown_scope")]
)
def test_a_key_is_for_something_that_there_is(cast: Cast, scopes: list[str], code: str) -> None:
    with pytest.raises(KeyRefused) as caught:
        services.create_key(actor=cast.editor, workspace=cast.workspace, name="Cron", scope_names=scopes, now=NOW)

    assert code_of(caught) == (code, "scopes")


@pytest.mark.parametrize("moment", [NOW, NOW - timedelta(seconds=1)])
def test_a_key_ends_in_the_time_to_come(cast: Cast, moment: object) -> None:
    with pytest.raises(KeyRefused) as caught:
        make_key(cast.editor, cast.workspace, expires_at=moment)

    assert code_of(caught) == ("expiry_passed", "expires_at")


def test_a_key_is_bound_to_a_domain_of_the_workspace_alone(cast: Cast) -> None:
    own = Domain.objects.create(hostname="go.example.org", workspace=cast.workspace, verification_token="x", verified_at=NOW)
    Domain.objects.create(hostname="new.example.org", workspace=cast.workspace, verification_token="x")
    Domain.objects.create(hostname="go.example.net", workspace=cast.stranger.personal_workspace, verification_token="x", verified_at=NOW)

    key, _text = make_key(cast.editor, cast.workspace, hostname=" GO.example.org")

    assert (key.domain_id, key.domain_hostname) == (own.pk, "go.example.org")
    for hostname in ("go.example.net", "new.example.org", "nothing.example.org", "\0"):
        with pytest.raises(KeyRefused) as caught:
            make_key(cast.editor, cast.workspace, hostname=hostname)
        assert code_of(caught) == ("unknown_domain", "domain")


def test_a_key_bound_to_a_domain_is_for_something_there(cast: Cast) -> None:
    Domain.objects.create(hostname="go.example.org", workspace=cast.workspace, verification_token="x", verified_at=NOW)

    with pytest.raises(KeyRefused) as caught:
        make_key(cast.owner, cast.workspace, "members:read", "audit:read", "domains:write", hostname="go.example.org")
    assert code_of(caught) == ("scopes_beside_domain", "scopes")
    make_key(cast.owner, cast.workspace, "members:read", "analytics:read", hostname="go.example.org")


def api(user: User, cast: Cast, *scopes: Scope, **fields: object) -> ApiActor:
    return ApiActor(user, frozenset(scopes), workspace_id=cast.workspace.pk, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.ADMIN])
def test_a_key_without_admin_makes_and_sees_no_key(cast: Cast, scope: Scope) -> None:
    key, _text = make_key(cast.owner, cast.workspace)
    actor = api(cast.owner, cast, scope)

    with pytest.raises((NotFound, PermissionDenied)):
        make_key(actor, cast.workspace, scope.value)
    with pytest.raises(PermissionDenied) as caught:
        services.revoke_key(actor=actor, key=key, now=NOW)
    assert caught.value.code == "scope_required"
    with pytest.raises(PermissionDenied):
        selectors.list_own_keys(actor=actor)


def test_a_key_makes_keys_in_its_workspace_alone_and_for_no_longer_than_itself(cast: Cast) -> None:
    own, _text = make_key(cast.owner, cast.workspace, "admin", expires_at=LATER)
    actor = actor_with(own)

    made, _text = make_key(actor, cast.workspace, "admin", expires_at=LATER)

    assert made.membership == own.membership
    with pytest.raises(NotFound):
        make_key(actor, cast.owner.personal_workspace)
    for moment in (None, LATER + timedelta(seconds=1)):
        with pytest.raises(KeyRefused) as caught:
            make_key(actor, cast.workspace, expires_at=moment)
        assert code_of(caught) == ("expiry_exceeded", "expires_at")


def test_a_key_does_not_lengthen_its_own_life(cast: Cast) -> None:
    own, _text = make_key(cast.owner, cast.workspace, "admin", expires_at=LATER)

    with pytest.raises(KeyRefused) as caught:
        services.edit_key(actor=actor_with(own), key=own, name="Cron", expires_at=None, now=NOW)

    assert code_of(caught) == ("expiry_exceeded", "expires_at")
    services.edit_key(actor=actor_with(own), key=own, name="Other", expires_at=LATER, now=NOW)
    services.edit_key(actor=cast.owner, key=own, name="Other", expires_at=None, now=NOW)


def test_a_key_bound_to_a_domain_manages_no_keys(cast: Cast) -> None:
    key, _text = make_key(cast.owner, cast.workspace)
    actor = api(cast.owner, cast, Scope.ADMIN, domain_id=1)

    with pytest.raises(PermissionDenied):
        make_key(actor, cast.workspace, "admin")
    with pytest.raises(NotFound):
        services.revoke_key(actor=actor, key=key, now=NOW)


def test_edits_keep_what_the_key_may_do_and_are_recorded(cast: Cast) -> None:
    key, _text = make_key(cast.editor, cast.workspace, "links:write")

    services.edit_key(actor=cast.editor, key=key, name="Nightly", expires_at=LATER, now=NOW)
    services.edit_key(actor=cast.editor, key=key, name="Nightly", expires_at=LATER, now=NOW)

    key.refresh_from_db()
    assert (key.name, key.expires_at, key.scopes) == ("Nightly", LATER, ["links:write"])
    [row] = recorded(AuditAction.API_KEY_UPDATED)
    assert (row.before["name"], row.after["name"]) == ("Cron", "Nightly")


@pytest.mark.parametrize("name", ["owner", "admin", "viewer", "stranger"])
def test_nobody_edits_the_key_of_another(cast: Cast, name: str) -> None:
    key, _text = make_key(cast.editor, cast.workspace)

    with pytest.raises(NotFound):
        services.edit_key(actor=getattr(cast, name), key=key, name="Mine", expires_at=None, now=NOW)


@pytest.mark.parametrize("name", ["editor", "owner", "admin"])
def test_a_key_is_revoked_by_its_owner_and_by_who_manages_keys(cast: Cast, name: str) -> None:
    key, _text = make_key(cast.editor, cast.workspace)

    services.revoke_key(actor=getattr(cast, name), key=key, now=NOW)

    key.refresh_from_db()
    assert key.revoked_at == NOW
    assert recorded(AuditAction.API_KEY_REVOKED)[0].actor_id == getattr(cast, name).pk
    with pytest.raises(NotFound):
        services.revoke_key(actor=getattr(cast, name), key=key, now=NOW)


@pytest.mark.parametrize("name", ["viewer", "stranger", "inactive"])
def test_for_others_there_is_no_such_key(cast: Cast, name: str) -> None:
    key, _text = make_key(cast.editor, cast.workspace)

    with pytest.raises(NotFound):
        services.revoke_key(actor=getattr(cast, name), key=key, now=NOW)


def test_lists_show_ones_own_and_to_managers_those_of_all(cast: Cast) -> None:
    own, _text = make_key(cast.editor, cast.workspace)
    personal, _text = make_key(cast.editor, cast.editor.personal_workspace)
    other, _text = make_key(cast.viewer, cast.workspace)
    gone, _text = make_key(cast.editor, cast.workspace)
    services.revoke_key(actor=cast.editor, key=gone, now=NOW)

    assert set(selectors.list_own_keys(actor=cast.editor)) == {own, personal}
    assert set(selectors.list_keys_of(actor=cast.admin, workspace=cast.workspace)) == {own, other}
    with pytest.raises(PermissionDenied):
        selectors.list_keys_of(actor=cast.editor, workspace=cast.workspace)
    with pytest.raises(NotFound):
        selectors.list_keys_of(actor=cast.stranger, workspace=cast.workspace)


@pytest.mark.parametrize("end", ["removed", "left", "deleted"])
def test_keys_go_with_the_membership_which_is_recorded(cast: Cast, end: str) -> None:
    make_key(cast.editor, cast.workspace)
    kept, _text = make_key(cast.editor, cast.editor.personal_workspace)
    if end == "removed":
        members.remove_member(actor=cast.admin, membership=Membership.objects.get(user=cast.editor, workspace=cast.workspace))
    elif end == "left":
        members.leave(actor=cast.editor, workspace=cast.workspace)
    else:
        workspaces.delete_workspace(actor=cast.owner, workspace=cast.workspace, confirmation="Team", now=NOW)

    assert list(ApiKey.objects.all()) == [kept]
    [row] = recorded(AuditAction.API_KEY_REVOKED)
    assert (row.before["member"], row.workspace_id) == (cast.editor.email, cast.workspace.pk)


def test_who_comes_back_does_not_find_the_old_keys(cast: Cast) -> None:
    make_key(cast.editor, cast.workspace)
    members.leave(actor=cast.editor, workspace=cast.workspace)
    Membership.objects.create(user=cast.editor, workspace=cast.workspace, role=Role.OWNER)

    assert not selectors.list_own_keys(actor=cast.editor)


def test_an_account_that_is_to_be_deleted_loses_its_keys_for_good(cast: Cast) -> None:
    key, _text = make_key(cast.editor, cast.workspace)
    other, _text = make_key(cast.viewer, cast.workspace)

    deletion.ask(user=cast.editor, now=NOW)
    deletion.take_back(user=cast.editor, now=NOW)

    key.refresh_from_db()
    other.refresh_from_db()
    assert (key.revoked_at, other.revoked_at) == (NOW, None)
    assert not selectors.list_own_keys(actor=cast.editor)


def test_no_heir_of_a_workspace_inherits_the_keys_of_the_account_that_is_gone(cast: Cast) -> None:
    make_key(cast.editor, cast.workspace)
    deletion.ask(user=cast.editor, now=NOW)

    assert deletion.delete_due(now=NOW + timedelta(days=15)) == 1

    assert not ApiKey.objects.exists()


def test_revoked_keys_are_forgotten_after_a_quarter_of_a_year(cast: Cast) -> None:
    old, _text = make_key(cast.editor, cast.workspace)
    recent, _text = make_key(cast.editor, cast.workspace)
    live, _text = make_key(cast.editor, cast.workspace)
    services.revoke_key(actor=cast.editor, key=old, now=NOW - timedelta(days=91))
    services.revoke_key(actor=cast.editor, key=recent, now=NOW - timedelta(days=89))

    assert retention.purge(now=NOW) == 1
    assert set(ApiKey.objects.all()) == {recent, live}


def test_who_is_not_logged_in_has_no_keys() -> None:
    assert not selectors.list_own_keys(actor=AnonymousUser())  # type: ignore[arg-type]


def test_the_bus_is_told_of_keys_and_never_what_they_are_made_of(cast: Cast) -> None:
    key, text = make_key(cast.editor, cast.workspace)
    services.edit_key(actor=cast.editor, key=key, name="Nightly", expires_at=None, now=NOW)
    services.revoke_key(actor=cast.admin, key=key, now=NOW)

    events = OutboxEvent.objects.filter(topic=Topic.USER).order_by("id")
    told = [(event.payload["action"], event.payload["user_id"], event.payload["actor_id"]) for event in events]
    assert told == [
        ("api_key.created", cast.editor.pk, cast.editor.pk),
        ("api_key.updated", cast.editor.pk, cast.editor.pk),
        ("api_key.revoked", cast.editor.pk, cast.admin.pk),
    ]
    assert {event.key for event in events} == {str(cast.editor.pk)}
    assert text not in str([event.payload for event in events])
