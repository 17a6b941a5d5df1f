"""Keys that are made and ended at the same moment."""

import pytest
from pytest_django import Settings

from apps.accounts.api_keys import services
from apps.accounts.api_keys.errors import KeyRefused
from apps.accounts.api_keys.verification import verify
from apps.accounts.models import ApiKey, Membership
from apps.accounts.workspaces import members
from apps.common.errors import NotFound
from tests.accounts.api_keys.cases import ADDRESS, NOW, make_key
from tests.at_once import at_once
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_two_at_once_go_beyond_the_limit(cast: Cast, settings: Settings) -> None:
    settings.API_KEYS_PER_USER = 2
    workspaces = [cast.workspace, cast.editor.personal_workspace] * 2

    results = at_once([lambda workspace=workspace: make_key(cast.editor, workspace) for workspace in workspaces])  # type: ignore[misc]

    assert sum(isinstance(result, KeyRefused) for result in results) == 2
    assert ApiKey.objects.count() == 2


def test_no_key_outlives_a_membership_that_ends_while_it_is_made(cast: Cast) -> None:
    for _ in range(3):
        membership, _is_new = Membership.objects.get_or_create(user=cast.editor, workspace=cast.workspace, defaults={"role": "editor"})
        results = at_once(
            [
                lambda: make_key(cast.editor, cast.workspace),
                lambda membership=membership: members.remove_member(actor=cast.admin, membership=membership),  # type: ignore[misc]
            ]
        )

        assert isinstance(results[0], tuple | NotFound), results
        assert results[1] is None
        assert not ApiKey.objects.exists()


def test_of_several_first_uses_one_is_noted_and_none_waits_for_long(cast: Cast) -> None:
    key, text = make_key(cast.editor, cast.workspace)

    results = at_once([lambda: verify(text, address=ADDRESS, now=NOW)] * 6)

    assert results == [key] * 6
    key.refresh_from_db()
    assert key.last_used_at == NOW


def test_of_two_who_revoke_a_key_the_second_finds_none(cast: Cast) -> None:
    key, _text = make_key(cast.editor, cast.workspace)

    results = at_once([lambda: services.revoke_key(actor=cast.admin, key=key, now=NOW)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["NoneType", "NotFound"]
