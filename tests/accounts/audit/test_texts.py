"""Rows of the audit log as people read them."""

from datetime import UTC, datetime

from django.utils import timezone, translation

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.texts import Shown, shown
from apps.accounts.audit.words import ACTIONS, choices
from apps.accounts.models import AuditLog


def show(**fields: object) -> Shown:
    values: dict[str, object] = {"action": "link.updated", "via": "web", "occurred_at": datetime(2026, 11, 23, 12, 0, tzinfo=UTC)}
    return shown([AuditLog(**(values | fields))], reader=None)[0]


def said(before: object, after: object) -> tuple[str | None, str | None]:
    [difference] = show(before={"x": before}, after={"x": after}).differences
    return difference.before, difference.after


def test_every_action_has_words_and_a_group_to_choose_it_from() -> None:
    offered = {action for _group, _name, actions in choices() for action, _words in actions}

    assert set(ACTIONS) == set(AuditAction)
    assert offered == {str(action) for action in AuditAction}


def test_an_action_of_a_later_release_stands_for_itself() -> None:
    assert show(action="link.teleported").action == "link.teleported"


def test_values_are_said_as_people_say_them() -> None:
    with translation.override("en"), timezone.override("Europe/Berlin"):
        assert said(False, True) == ("No", "Yes")
        assert said("", "Spring") == (None, "Spring")
        assert said(None, 0) == (None, "0")
        assert said(["a", "b"], []) == ("a, b", None)
        assert said("2026-11-23T12:00:00Z", "2026-13-23T12:00:00Z") == ("23 Nov 2026, 13:00", "2026-13-23T12:00:00Z")
        assert said({}, {"a": 1}) == (None, '{\n  "a": 1\n}')


def test_fields_have_names() -> None:
    assert [str(difference.field) for difference in show(before={"destination_url": "a", "full_name": "b"}).differences] == [
        "Destination URL",
        "Full name",
    ]


def test_who_is_nobody_is_said_so() -> None:
    assert (show().actor, show(via="task").actor) == ("Somebody not logged in", "This site")
