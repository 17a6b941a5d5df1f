"""A link under another code."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from apps.accounts.models import User, Workspace
from apps.common.errors import NotFound
from apps.events.models import OutboxEvent
from apps.links import renaming, selectors, services
from apps.links.errors import CodeTaken, LinkError
from apps.links.models import Alias, Link
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
LATER = NOW + timedelta(hours=1)


def rename(owner: User, link: Link, code: str) -> Link:
    return renaming.change_code(actor=owner, link=link, code=code, now=LATER)


def test_the_old_code_becomes_an_alias(make_link: MakeLink, owner: User) -> None:
    link = rename(owner, make_link(code="old"), "new")

    assert (link.code, link.version) == ("new", 2)
    assert [alias.code for alias in link.aliases.all()] == ["old"]
    event = OutboxEvent.objects.latest("id")
    assert (event.topic, event.payload["code"], event.payload["aliases"]) == ("url_updated_events", "new", ["old"])
    for code in ("old", "new"):
        assert selectors.get_link(actor=owner, hostname=link.domain.hostname, code=code) == link


def test_the_same_code_changes_nothing(make_link: MakeLink, owner: User) -> None:
    assert rename(owner, make_link(code="same"), "same").version == 1


def test_a_link_gets_back_a_code_that_it_had(make_link: MakeLink, owner: User) -> None:
    link = rename(owner, rename(owner, make_link(code="one"), "two"), "one")

    assert link.code == "one"
    assert [alias.code for alias in link.aliases.all()] == ["two"]


@pytest.mark.parametrize("code", ["old", "new"])
def test_neither_code_can_be_had_by_another_link(make_link: MakeLink, owner: User, code: str) -> None:
    link = rename(owner, make_link(code="old"), "new")
    other = make_link(code="other")

    assert selectors.check_code(hostname=link.domain.hostname, code=code).code == "code_taken"
    with pytest.raises(CodeTaken):
        make_link(code=code)
    with pytest.raises(CodeTaken):
        rename(owner, other, code)
    assert Link.objects.get(pk=other.pk).code == "other"


@pytest.mark.parametrize(("code", "reason"), [("with space", "invalid_code"), ("admin", "reserved_code"), ("x" * 65, "code_too_long")])
def test_a_code_that_cannot_be_used_is_refused(make_link: MakeLink, owner: User, code: str, reason: str) -> None:
    with pytest.raises(LinkError) as refused:
        rename(owner, make_link(), code)

    assert (refused.value.code, refused.value.field) == (reason, "code")


def test_a_link_has_a_limited_number_of_aliases(make_link: MakeLink, owner: User) -> None:
    link = make_link(code="start")
    for number in range(renaming.MAX_ALIASES):
        link = rename(owner, link, f"code{number}")

    with pytest.raises(LinkError) as refused:
        rename(owner, link, "onemore")
    assert refused.value.code == "too_many_aliases"
    assert rename(owner, link, "start").code == "start"


def test_a_deleted_link_keeps_its_code(make_link: MakeLink, owner: User) -> None:
    link = make_link(code="gone")
    services.delete_link(actor=owner, link=link, now=LATER)

    with pytest.raises(LinkError):
        rename(owner, link, "new")


def test_a_stranger_cannot_rename(make_link: MakeLink, stranger: User) -> None:
    link = make_link(code="mine")

    with pytest.raises(NotFound):
        rename(stranger, link, "theirs")


def test_generated_codes_pass_over_aliases(make_link: MakeLink, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    rename(owner, make_link(code="aaaaaaa"), "new")
    codes = iter(["aaaaaaa", "bbbbbbb"])
    monkeypatch.setattr("apps.links.codes.generate", lambda _length: next(codes))

    assert make_link().code == "bbbbbbb"


@pytest.mark.django_db(transaction=True)
def test_whoever_wants_the_old_code_at_the_same_time_does_not_get_it(owner: User, workspace: Workspace, make_link: MakeLink) -> None:
    links = [make_link(code=f"old{number}") for number in range(20)]

    def take(number: int) -> bool:
        try:
            services.create_link(actor=owner, workspace=workspace, destination_url="https://example.org", code=f"old{number}", now=LATER)
        except CodeTaken:
            return False
        else:
            return True
        finally:
            connection.close()

    def give(number: int) -> None:
        try:
            rename(owner, links[number], f"new{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        given = [pool.submit(give, number) for number in range(20)]
        taken = [pool.submit(take, number) for number in range(20)]
        assert [future.result() for future in given] == [None] * 20
        assert [future.result() for future in taken] == [False] * 20

    assert Alias.objects.count() == 20
    assert not Link.objects.filter(code__startswith="old").exists()
