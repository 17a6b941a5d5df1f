from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from apps.accounts.models import User
from apps.accounts.policy import BackOffice
from apps.common.errors import NotFound, PermissionDenied
from apps.events.models import OutboxEvent
from apps.links import moderation, renaming, services
from apps.links.changes import LinkChanges
from apps.links.errors import LinkError
from apps.links.models import Link, LinkState
from apps.links.revision import revise_link
from apps.links.rules import RuleSpec, set_rules
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]


@pytest.fixture
def moderator(db: None) -> BackOffice:
    user = User.objects.create_user("moderator@example.com", "correct horse", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_link", "change_link"]))
    return BackOffice(user)


def test_a_banned_link_is_out_of_service_for_a_reason(make_link: MakeLink, moderator: BackOffice) -> None:
    banned = moderation.ban_link(actor=moderator, link=make_link(), reason=" phishing ", now=NOW)

    assert (banned.state_at(NOW), banned.ban_reason, banned.banned_at, banned.version) == (LinkState.BANNED, "phishing", NOW, 2)
    assert OutboxEvent.objects.filter(key=str(banned.pk)).count() == 2


def test_a_second_ban_gives_another_reason_and_keeps_the_time(make_link: MakeLink, moderator: BackOffice) -> None:
    link = moderation.ban_link(actor=moderator, link=make_link(), reason="phishing", now=NOW)

    same = moderation.ban_link(actor=moderator, link=link, reason="phishing", now=NOW + timedelta(hours=1))
    other = moderation.ban_link(actor=moderator, link=link, reason="malware", now=NOW + timedelta(hours=1))

    assert same.version == 2
    assert (other.version, other.ban_reason, other.banned_at) == (3, "malware", NOW)


def test_lifting_a_ban_brings_the_link_back(make_link: MakeLink, moderator: BackOffice) -> None:
    link = moderation.ban_link(actor=moderator, link=make_link(), reason="phishing", now=NOW)

    freed = moderation.unban_link(actor=moderator, link=link, now=NOW)

    assert (freed.state_at(NOW), freed.ban_reason, freed.version) == (LinkState.ACTIVE, "", 3)


def test_a_flagged_link_stays_in_service(make_link: MakeLink, moderator: BackOffice) -> None:
    flagged = moderation.flag_link(actor=moderator, link=make_link(), reason="looks like a bank", now=NOW)
    cleared = moderation.unflag_link(actor=moderator, link=flagged, now=NOW)

    assert (flagged.state_at(NOW), flagged.flagged_at, flagged.flag_reason) == (LinkState.ACTIVE, NOW, "looks like a bank")
    assert (cleared.flagged_at, cleared.flag_reason, cleared.version) == (None, "", 3)


@pytest.mark.parametrize("verb", ["ban_link", "flag_link", "unban_link", "unflag_link"])
def test_an_owner_moderates_nothing(make_link: MakeLink, owner: User, stranger: User, verb: str) -> None:
    arguments = {"link": make_link(), "now": NOW} | ({} if verb.startswith("un") else {"reason": "x"})

    with pytest.raises(PermissionDenied):
        getattr(moderation, verb)(actor=owner, **arguments)
    with pytest.raises(NotFound):
        getattr(moderation, verb)(actor=stranger, **arguments)


def test_an_owner_does_not_edit_a_banned_link_out_of_its_ban(make_link: MakeLink, owner: User, moderator: BackOffice) -> None:
    link = moderation.ban_link(actor=moderator, link=make_link(), reason="phishing", now=NOW)

    changes: list[Callable[[], object]] = [
        lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(destination_url="https://example.org/"), now=NOW),
        lambda: services.set_link_active(actor=owner, link=link, is_active=False, now=NOW),
        lambda: renaming.change_code(actor=owner, link=link, code="another", now=NOW),
        lambda: set_rules(actor=owner, link=link, rules=[RuleSpec(1, [], "https://example.org/")], now=NOW),
        lambda: revise_link(actor=owner, link=link, changes=LinkChanges(), rules=[], now=NOW),
    ]
    for change in changes:
        with pytest.raises(LinkError) as caught:
            change()
        assert caught.value.code == "link_banned"
    services.delete_link(actor=owner, link=link, now=NOW)

    assert services.restore_link(actor=owner, link=link, now=NOW).state_at(NOW) == LinkState.BANNED


@pytest.mark.parametrize(("reason", "code"), [("  ", "reason_missing"), ("x" * 501, "reason_too_long"), ("a\nb", "control_characters")])
def test_a_reason_is_needed(make_link: MakeLink, moderator: BackOffice, reason: str, code: str) -> None:
    with pytest.raises(LinkError) as caught:
        moderation.ban_link(actor=moderator, link=make_link(), reason=reason, now=NOW)

    assert caught.value.code == code
