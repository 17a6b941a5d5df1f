"""What the export of one's data says of keys."""

import json

import pytest

from apps.accounts.api_keys import services
from apps.accounts.privacy import registry
from tests.accounts.api_keys.cases import NOW, make_key
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_the_export_names_ones_keys_and_gives_none_away(cast: Cast) -> None:
    key, text = make_key(cast.editor, cast.workspace, name="Nightly 🌙")
    make_key(cast.viewer, cast.workspace)
    services.revoke_key(actor=cast.editor, key=key, now=NOW)
    [part] = [part for part in registry.parts() if part.name == "api-keys.json"]

    written = b"".join(part.write(cast.editor)).decode()

    [found] = json.loads(written)
    assert (found["name"], found["begins_with"], found["workspace"], found["scopes"]) == ("Nightly 🌙", key.prefix, "Team", ["links:read"])
    assert found["revoked_at"] == "2026-11-24T12:00:00Z"
    assert text not in written
    assert key.secret_hash not in written
