"""What the README says of keys is so."""

import re
from pathlib import Path

from apps.accounts.api_keys.key_text import new_key
from apps.accounts.policy import Action, Scope, actions_within

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z:]+)` \| (`[a-z., `]+`|all) \|$", re.MULTILINE)
PATTERN = re.compile(r"`(shk_\[[^`]+)`")


def test_the_table_of_scopes_equals_the_policy() -> None:
    rows = {scope: set(Action) if cell == "all" else set(re.findall(r"`([a-z.]+)`", cell)) for scope, cell in ROW.findall(README)}

    assert rows == {str(scope): set(actions_within([scope])) for scope in Scope}


def test_scanners_find_keys_by_the_pattern() -> None:
    [pattern] = PATTERN.findall(README)

    assert re.fullmatch(pattern, new_key().text)
