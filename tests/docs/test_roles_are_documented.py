"""The table of roles in the README says what the policy does."""

import re
from pathlib import Path

from apps.accounts import policy
from apps.accounts.policy import Action

README = Path(__file__).parents[2] / "README.md"
ROW = re.compile(r"^\| .+ \(`([a-z_.]+)`\) \|(.*)\|$", re.MULTILINE)
COLUMNS = ("viewer", "editor", "admin", "owner")


def test_the_table_of_roles_equals_the_policy() -> None:
    rows = {
        name: {role for role, cell in zip(COLUMNS, cells.split("|"), strict=True) if cell.strip() == "yes"}
        for name, cells in ROW.findall(README.read_text())
    }
    allowed = {str(action): set(policy.roles_of(action)) for action in Action if policy.roles_of(action)}

    assert rows == allowed
