from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import check_password

from apps.accounts.models import User
from apps.links import services
from apps.links.changes import LinkChanges, LinkOptions
from apps.links.errors import LinkError
from apps.links.locks import MAX_CLICKS
from apps.links.models import Link
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]


def test_a_link_is_made_with_its_locks(make_link: MakeLink) -> None:
    link = Link.objects.get(pk=make_link(options=LinkOptions(max_clicks=3, is_crawlable=True, password="open sesame")).pk)

    assert (link.max_clicks, link.redirects_used, link.is_crawlable) == (3, 0, True)
    assert "sesame" not in link.password_hash
    assert check_password("open sesame", link.password_hash)


def test_the_same_password_again_changes_nothing(make_link: MakeLink, owner: User) -> None:
    link = make_link(options=LinkOptions(password="open sesame"))

    again = services.update_link(actor=owner, link=link, changes=LinkChanges(password="open sesame"), now=NOW)
    other = services.update_link(actor=owner, link=link, changes=LinkChanges(password="another one"), now=NOW)

    assert (again.version, again.password_hash) == (1, link.password_hash)
    assert other.version == 2
    assert check_password("another one", other.password_hash)


@pytest.mark.parametrize("nothing", ["", None])
def test_an_empty_password_opens_the_link(make_link: MakeLink, owner: User, nothing: str | None) -> None:
    link = make_link(options=LinkOptions(password="open sesame"))

    changed = services.update_link(actor=owner, link=link, changes=LinkChanges(password=nothing), now=NOW)

    assert (changed.password_hash, changed.version) == ("", 2)


@pytest.mark.parametrize(
    ("options", "field", "code"),
    [
        (LinkOptions(max_clicks=0), "max_clicks", "invalid_max_clicks"),
        (LinkOptions(max_clicks=-1), "max_clicks", "invalid_max_clicks"),
        (LinkOptions(max_clicks=MAX_CLICKS + 1), "max_clicks", "invalid_max_clicks"),
        (LinkOptions(password="abc"), "password", "password_too_short"),
        (LinkOptions(password="x" * 129), "password", "password_too_long"),
    ],
)
def test_a_lock_that_cannot_be_is_refused(make_link: MakeLink, options: LinkOptions, field: str, code: str) -> None:
    with pytest.raises(LinkError) as caught:
        make_link(options=options)

    assert (caught.value.field, caught.value.code) == (field, code)


def test_another_limit_goes_on_from_what_was_used(make_link: MakeLink, owner: User) -> None:
    link = make_link(options=LinkOptions(max_clicks=3))
    Link.objects.filter(pk=link.pk).update(redirects_used=2)

    raised = services.update_link(actor=owner, link=link, changes=LinkChanges(max_clicks=10), now=NOW)

    assert (raised.max_clicks, raised.redirects_used) == (10, 2)


def test_a_limit_where_there_was_none_begins_at_nothing(make_link: MakeLink, owner: User) -> None:
    link = make_link(options=LinkOptions(max_clicks=3))
    Link.objects.filter(pk=link.pk).update(redirects_used=2)

    free = services.update_link(actor=owner, link=link, changes=LinkChanges(max_clicks=None), now=NOW)
    limited = services.update_link(actor=owner, link=link, changes=LinkChanges(max_clicks=5), now=NOW)

    assert (free.max_clicks, limited.max_clicks, limited.redirects_used) == (None, 5, 0)


def test_a_password_is_not_shown_by_a_change_in_a_log() -> None:
    assert "sesame" not in repr(LinkChanges(password="open sesame"))
