from collections.abc import Callable

import pytest

from apps.accounts.models import User
from apps.links import services
from apps.links.changes import LinkChanges, LinkOptions
from apps.links.errors import LinkError
from apps.links.models import Link
from apps.links.options import MAX_CACHE_SECONDS
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]

ALL = LinkOptions(redirect_status=307, cache_seconds=60, forward_query=True, forward_path=True, utm={"utm_source": " q ", "utm_term": " "})


def test_a_link_is_made_with_its_options(make_link: MakeLink) -> None:
    link = Link.objects.get(pk=make_link(options=ALL).pk)

    assert (link.redirect_status, link.cache_seconds, link.forward_query, link.forward_path) == (307, 60, True, True)
    assert link.utm == {"utm_source": "q"}


def test_a_link_without_options_is_a_plain_302(make_link: MakeLink) -> None:
    link = Link.objects.get(pk=make_link().pk)

    assert (link.redirect_status, link.cache_seconds, link.forward_query, link.forward_path, link.utm) == (302, 0, False, False, {})


def test_an_edit_of_options_is_a_version(make_link: MakeLink, owner: User) -> None:
    link = make_link()

    changed = services.update_link(actor=owner, link=link, changes=LinkChanges(redirect_status=301, utm={"utm_medium": "qr"}), now=NOW)
    again = services.update_link(actor=owner, link=link, changes=LinkChanges(redirect_status=301, utm={"utm_medium": "qr"}), now=NOW)

    assert (changed.version, changed.redirect_status, changed.utm) == (2, 301, {"utm_medium": "qr"})
    assert again.version == 2


@pytest.mark.parametrize(
    ("options", "field", "code"),
    [
        (LinkOptions(redirect_status=303), "redirect_status", "invalid_status"),
        (LinkOptions(redirect_status=200), "redirect_status", "invalid_status"),
        (LinkOptions(cache_seconds=-1), "cache_seconds", "invalid_cache_seconds"),
        (LinkOptions(cache_seconds=MAX_CACHE_SECONDS + 1), "cache_seconds", "invalid_cache_seconds"),
        (LinkOptions(utm={"source": "x"}), "utm", "invalid_utm_name"),
        (LinkOptions(utm={"utm_a&b=c": "x"}), "utm", "invalid_utm_name"),
        (LinkOptions(utm={"utm_source": "x" * 201}), "utm", "utm_too_long"),
        (LinkOptions(utm={"utm_source": "a\r\nb"}), "utm", "control_characters"),
        (LinkOptions(utm={f"utm_{number}": "x" for number in range(11)}), "utm", "too_many_utm"),
    ],
)
def test_options_that_cannot_be_are_refused(make_link: MakeLink, options: LinkOptions, field: str, code: str) -> None:
    with pytest.raises(LinkError) as refused:
        make_link(options=options)

    assert (refused.value.field, refused.value.code) == (field, code)
    assert not Link.objects.exists()
