"""Who is let in by a key, and what is said to whom is not."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts import policy
from apps.accounts.api_keys import metrics, services
from apps.accounts.api_keys.errors import KeyNotAccepted, TooManyWrongKeys
from apps.accounts.api_keys.key_text import new_key
from apps.accounts.api_keys.verification import actor_with, verify
from apps.accounts.audit.context import Origin, Via, coming_from
from apps.accounts.models import ApiKey, AuditLog, Membership, Role, User
from apps.accounts.policy import Action, ApiActor, Scope
from apps.accounts.workspaces import members
from apps.accounts.workspaces import services as workspaces
from apps.links import services as links
from tests.accounts.api_keys.cases import ADDRESS, NOW, make_key
from tests.cast import Cast

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=30)


def refusal(text: str, **fields: object) -> KeyNotAccepted:
    with pytest.raises(KeyNotAccepted) as caught:
        verify(text, **{"address": ADDRESS, "now": NOW, **fields})  # type: ignore[arg-type]
    return caught.value


def refused(reason: str) -> float:
    return float(metrics.REFUSED.labels(reason)._value.get())


def test_a_key_lets_its_owner_in_with_its_scopes_and_its_workspace(cast: Cast) -> None:
    key, text = make_key(cast.editor, cast.workspace, "links:write", expires_at=LATER)

    found = verify(text, address=ADDRESS, now=NOW)

    expected = ApiActor(cast.editor, frozenset({Scope.LINKS_WRITE}), workspace_id=cast.workspace.pk, key_id=key.pk, valid_until=LATER)
    assert actor_with(found) == expected


def test_a_scope_that_is_no_more_allows_nothing(cast: Cast) -> None:
    key, text = make_key(cast.editor, cast.workspace)
    ApiKey.objects.filter(pk=key.pk).update(scopes=["links:fly"])

    assert actor_with(verify(text, address=ADDRESS, now=NOW)).scopes == frozenset()


def test_a_key_costs_one_query_and_one_more_once_a_minute(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    key, text = make_key(cast.editor, cast.workspace)

    for seconds, queries in ((0, 2), (1, 1), (59, 1), (60, 2), (61, 1)):
        with django_assert_num_queries(queries):
            actor_with(verify(text, address=ADDRESS, now=NOW + timedelta(seconds=seconds)))
    key.refresh_from_db()
    assert key.last_used_at == NOW + timedelta(seconds=60)


def test_what_cannot_be_a_key_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    text = new_key().text
    for wrong in ("", "shk_", text[:-1], text + "x", text.swapcase(), "shk_" + "\0" * 58, "é" * 62):
        with django_assert_num_queries(0):
            assert refusal(wrong).code == "key_malformed"


@pytest.mark.parametrize(("policy_", "kept"), [("full", "192.0.2.7"), ("truncated", "192.0.2.0"), ("none", None)])
def test_of_the_address_is_kept_what_the_setting_allows(cast: Cast, settings: Settings, policy_: str, kept: str | None) -> None:
    settings.AUDIT_ADDRESS_POLICY = policy_
    key, text = make_key(cast.editor, cast.workspace)

    verify(text, address=ADDRESS, now=NOW)

    key.refresh_from_db()
    assert key.last_used_address == kept


def test_who_does_not_have_the_secret_is_told_the_same_whatever_there_is(cast: Cast) -> None:
    live, _text = make_key(cast.editor, cast.workspace)
    revoked, _text = make_key(cast.editor, cast.workspace)
    expired, _text = make_key(cast.editor, cast.workspace, expires_at=LATER)
    services.revoke_key(actor=cast.editor, key=revoked, now=NOW)
    answers = {(error.code, error.message, error.http_status) for error in (_guess(key.prefix) for key in (live, revoked, expired))}

    assert answers | {(error.code, error.message, error.http_status) for error in (refusal(new_key().text),)} == {
        ("invalid_key", "This API key is not valid.", 401)
    }


def _guess(prefix: str) -> KeyNotAccepted:
    """The answer to a whole key that begins like one that there is."""
    from apps.accounts.api_keys import key_text  # noqa: PLC0415 - its checksum

    unchecked = f"{prefix}_{'a' * 43}"
    return refusal(unchecked + key_text._checksum(unchecked), now=NOW + timedelta(days=60))


def test_who_has_the_secret_learns_by_the_code_alone_what_became_of_the_key(cast: Cast) -> None:
    _revoked, revoked = make_key(cast.editor, cast.workspace)
    _expired, expired = make_key(cast.editor, cast.workspace, expires_at=LATER)
    closed_key, closed = make_key(cast.viewer, cast.workspace)
    services.revoke_key(actor=cast.editor, key=_revoked, now=NOW)
    User.objects.filter(pk=closed_key.membership.user_id).update(is_active=False)
    errors = [refusal(revoked), refusal(expired, now=LATER), refusal(closed)]

    assert [error.code for error in errors] == ["key_revoked", "key_expired", "key_owner_inactive"]
    assert {(error.message, error.http_status) for error in errors} == {("This API key is not valid.", 401)}
    assert verify(expired, address=ADDRESS, now=LATER - timedelta(microseconds=1))


@pytest.mark.parametrize("end", ["revoked", "left", "removed", "workspace deleted", "closed", "user deleted"])
def test_a_key_dies_at_once(cast: Cast, end: str) -> None:
    key, text = make_key(cast.editor, cast.workspace)
    verify(text, address=ADDRESS, now=NOW)
    if end == "revoked":
        services.revoke_key(actor=cast.admin, key=key, now=NOW)
    elif end == "left":
        members.leave(actor=cast.editor, workspace=cast.workspace)
    elif end == "removed":
        members.remove_member(actor=cast.admin, membership=key.membership)
    elif end == "workspace deleted":
        workspaces.delete_workspace(actor=cast.owner, workspace=cast.workspace, confirmation="Team", now=NOW)
    elif end == "closed":
        User.objects.filter(pk=cast.editor.pk).update(is_active=False)
    else:
        cast.editor.delete()

    refusal(text)


def test_a_key_never_allows_more_than_the_role_that_its_owner_has_now(cast: Cast) -> None:
    _key, text = make_key(cast.editor, cast.workspace, "admin")
    actor = actor_with(verify(text, address=ADDRESS, now=NOW))
    assert policy.allowed_actions(actor, cast.workspace.pk) == policy.allowed_actions(cast.editor, cast.workspace.pk)

    Membership.objects.filter(user=cast.editor, workspace=cast.workspace).update(role=Role.VIEWER)

    actor = actor_with(verify(text, address=ADDRESS, now=NOW))
    assert policy.allowed_actions(actor, cast.workspace.pk) == policy.allowed_actions(cast.viewer, cast.workspace.pk)
    assert Action.LINK_CREATE not in policy.allowed_actions(actor, cast.workspace.pk)


def test_a_key_knows_of_no_workspace_but_its_own(cast: Cast) -> None:
    _key, text = make_key(cast.owner, cast.workspace, "admin")
    actor = actor_with(verify(text, address=ADDRESS, now=NOW))

    assert list(policy.visible_workspaces(actor, Action.LINK_VIEW)) == [cast.workspace]


def test_what_is_done_with_a_key_is_recorded_with_its_prefix(cast: Cast) -> None:
    key, text = make_key(cast.editor, cast.workspace, "links:write")
    with coming_from(Origin(via=Via.API, address=ADDRESS)):
        actor = actor_with(verify(text, address=ADDRESS, now=NOW))
        links.create_link(actor=actor, workspace=cast.workspace, destination_url="https://example.com/", now=NOW)

    row = AuditLog.objects.get(action="link.created")
    assert (row.actor_id, row.api_key_prefix, row.via) == (cast.editor.pk, key.prefix, "api")


def test_wrong_keys_are_limited_by_address_and_right_ones_are_not(cast: Cast, settings: Settings) -> None:
    settings.WRONG_KEY_LIMIT = "3/300"
    _key, text = make_key(cast.editor, cast.workspace)
    before = refused("unknown"), refused("too_many")
    for _ in range(3):
        refusal(new_key().text)

    with pytest.raises(TooManyWrongKeys) as caught:
        verify(new_key().text, address=ADDRESS, now=NOW)

    assert 0 < caught.value.retry_after <= 100
    assert (refused("unknown"), refused("too_many")) == (before[0] + 3, before[1] + 1)
    verify(text, address=ADDRESS, now=NOW)
    refusal(new_key().text, address="192.0.2.8")


def test_a_key_that_has_ended_is_no_guess(cast: Cast, settings: Settings) -> None:
    settings.WRONG_KEY_LIMIT = "1/300"
    _key, text = make_key(cast.editor, cast.workspace, expires_at=LATER)

    for _ in range(5):
        assert refusal(text, now=LATER).code == "key_expired"


def test_without_a_limit_wrong_keys_are_only_counted(settings: Settings) -> None:
    settings.WRONG_KEY_LIMIT = "0"
    before = refused("malformed")
    for _ in range(40):
        refusal("shk_")

    assert refused("malformed") == before + 40
