import unicodedata
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from apps.accounts.models import Membership, Role, User, Workspace
from apps.common.errors import NotFound, PermissionDenied
from apps.events.models import OutboxEvent
from apps.links import codes, selectors, services, texts
from apps.links.errors import CodeTaken, LinkError
from apps.links.models import Domain, Link, Tag
from apps.links.signals import link_changed
from apps.links.texts import MAX_TAGS
from tests.links.conftest import NOW
from tests.shared_data import shared_json

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]


def attempt(make_link: MakeLink, **fields: object) -> Link | LinkError:
    """The link, or why there is none."""
    try:
        return make_link(**fields)
    except LinkError as error:
        return error


def test_a_link_is_stored_as_asked(make_link: MakeLink, owner: User, workspace: Workspace) -> None:
    title = "  Ünïcode – <b>not markup</b>\u202e  "
    made = make_link(
        destination_url=" EXAMPLE.com/page ",
        code="Spring-Sale_26",
        title=title,
        tags=["News", "  two \t words "],
        valid_from=NOW + timedelta(days=1),
        expires_at=NOW + timedelta(days=2),
    )

    link = Link.objects.get(pk=made.pk)
    assert (link.destination_url, link.code, link.title) == ("https://example.com/page", "Spring-Sale_26", title)
    assert (link.owner, link.workspace, link.domain.is_default) == (owner, workspace, True)
    assert (link.valid_from, link.expires_at, link.created_at) == (NOW + timedelta(days=1), NOW + timedelta(days=2), NOW)
    assert {tag.name for tag in link.tags.all()} == {"News", "two words"}
    assert (link.version, link.is_active, link.deleted_at) == (1, True, None)


def test_creation_is_recorded_for_the_bus(make_link: MakeLink, workspace: Workspace, owner: User) -> None:
    link = make_link(code="abc", title="T", tags=["b", "A"], expires_at=NOW + timedelta(days=1))

    event = OutboxEvent.objects.get()
    assert (event.topic, event.key, event.occurred_at) == ("url_created_events", str(link.pk), NOW)
    assert event.payload == {
        "link_id": link.pk,
        "domain_id": link.domain_id,
        "hostname": link.domain.hostname,
        "code": "abc",
        "aliases": [],
        "destination_url": "https://example.com/page",
        "workspace_id": workspace.pk,
        "owner_id": owner.pk,
        "title": "T",
        "description": "",
        "tags": ["A", "b"],
        "is_active": True,
        "valid_from": None,
        "expires_at": "2026-11-24T12:00:00+00:00",
        "deleted_at": None,
        "link_version": 1,
    }


def test_rooms_above_hear_of_it_after_the_commit(
    make_link: MakeLink, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard = []

    def listen(**message: object) -> None:
        heard.append((message["domain_id"], message["code"], message["version"]))

    link_changed.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            link = make_link(code="abc")
            assert heard == []
    finally:
        link_changed.disconnect(listen)

    assert heard == [(link.domain_id, "abc", 1)]


def test_a_generated_code_has_the_length_of_the_setting(make_link: MakeLink, settings: Settings) -> None:
    settings.CODE_LENGTH = 9

    assert len(make_link().code) == 9


def test_generated_codes_pass_over_taken_and_reserved_ones_and_grow(make_link: MakeLink, monkeypatch: pytest.MonkeyPatch) -> None:
    make_link(code="taken77")
    asked = []

    def generate(length: int) -> str:
        asked.append(length)
        return {1: "taken77", 2: "Admin"}.get(len(asked), "taken77" if length < 8 else "free8888")

    monkeypatch.setattr(codes, "generate", generate)
    link = make_link()

    assert link.code == "free8888"
    assert asked == [7, 7, 7, 8]
    assert Link.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"destination_url": "javascript:alert(1)"}, "destination_url", "scheme_not_allowed"),
        ({"code": "a b"}, "code", "invalid_code"),
        ({"code": "ä"}, "code", "invalid_code"),
        ({"code": "a\x00"}, "code", "invalid_code"),
        ({"code": "a" * 65}, "code", "code_too_long"),
        ({"code": "ADMIN"}, "code", "reserved_code"),
        ({"title": "x" * 201}, "title", "title_too_long"),
        ({"title": "a\nb"}, "title", "control_characters"),
        ({"title": "a\x00b"}, "title", "control_characters"),
        ({"title": "\ud800"}, "title", "control_characters"),
        ({"tags": ["x" * 51]}, "tags", "tag_too_long"),
        ({"tags": ["a\x00b"]}, "tags", "control_characters"),
        ({"tags": ["a,b"]}, "tags", "tag_with_comma"),
        ({"tags": [str(number) for number in range(21)]}, "tags", "too_many_tags"),
        ({"expires_at": NOW}, "expires_at", "expiry_in_past"),
        ({"valid_from": NOW + timedelta(days=1), "expires_at": NOW + timedelta(days=1)}, "expires_at", "window_empty"),
    ],
)
def test_bad_input_names_the_field_and_leaves_nothing_behind(make_link: MakeLink, fields: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(LinkError) as caught:
        make_link(**fields)

    assert (caught.value.field, caught.value.code) == (field, code)
    assert not Link.objects.exists()
    assert not Tag.objects.exists()
    assert not OutboxEvent.objects.exists()


def test_a_taken_code_is_refused_even_after_its_link_was_deleted(make_link: MakeLink, owner: User) -> None:
    link = make_link(code="abc")
    services.delete_link(actor=owner, link=link, now=NOW)

    with pytest.raises(CodeTaken) as caught:
        make_link(code="abc")

    assert (caught.value.field, caught.value.code, caught.value.http_status) == ("code", "code_taken", 409)


def test_codes_differ_by_case_and_by_domain(make_link: MakeLink) -> None:
    other = Domain.objects.create(hostname="other.example")

    made = [make_link(code="abc"), make_link(code="ABC"), make_link(code="abc", domain=other)]

    assert len({link.pk for link in made}) == 3


def test_a_destination_among_the_domains_is_a_loop(make_link: MakeLink) -> None:
    Domain.objects.create(hostname="other.example")

    with pytest.raises(LinkError, match="on this site itself"):
        make_link(destination_url="https://OTHER.example./abc")


def test_tags_are_shared_whatever_their_case_and_form(make_link: MakeLink) -> None:
    first = make_link(tags=["Café", "news"])
    second = make_link(tags=["CAFE\u0301", "News", "NEWS", " ", ""])

    assert Tag.objects.count() == 2
    assert {tag.pk for tag in first.tags.all()} == {tag.pk for tag in second.tags.all()}


def test_others_may_not_make_links_in_a_workspace(workspace: Workspace, stranger: User) -> None:
    for actor in (stranger, AnonymousUser()):
        with pytest.raises(NotFound):
            services.create_link(actor=actor, workspace=workspace, destination_url="https://example.com/", now=NOW)

    Membership.objects.create(workspace=workspace, user=stranger, role=Role.VIEWER)
    with pytest.raises(PermissionDenied):
        services.create_link(actor=stranger, workspace=workspace, destination_url="https://example.com/", now=NOW)


def test_every_naughty_text_is_kept_byte_for_byte_or_refused(make_link: MakeLink) -> None:
    kept = 0
    for text in shared_json("naughty-strings/blns.json"):
        made = attempt(make_link, title=text)
        if isinstance(made, LinkError):
            assert made.field == "title"
        else:
            kept += 1
            assert Link.objects.values_list("title", flat=True).get(pk=made.pk) == text
    assert kept > 200


def test_every_naughty_text_is_kept_as_a_tag_but_for_blanks_or_refused(make_link: MakeLink) -> None:
    kept = [text for text in shared_json("naughty-strings/blns.json") if is_tag(text)]
    assert len(kept) > 150

    for start in range(0, len(kept), MAX_TAGS):
        names = kept[start : start + MAX_TAGS]
        made = make_link(tags=names)
        stored = {tag.name.lower() for tag in made.tags.all()}
        assert stored == {unicodedata.normalize("NFC", " ".join(name.split())).lower() for name in names} - {""}


def is_tag(text: str) -> bool:
    try:
        texts.normalised_tags([text])
    except LinkError as error:
        return error.field != "tags"
    return True


@pytest.mark.parametrize("name", ["naughty-strings/blns.json", "reserved-names/reserved-usernames.json"])
def test_every_text_gets_an_answer_as_a_code(name: str) -> None:
    for text in shared_json(name):
        check = selectors.check_code(hostname="example.com", code=text)
        assert check.available or check.code in {"reserved_code", "invalid_code", "code_too_long"}


def test_creating_takes_a_fixed_number_of_queries(make_link: MakeLink, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_link(tags=["a"])
    # Policy, domain, loop check; savepoints around the whole (2) and the insert (2); link; tags and
    # their places (read and insert each); the event with its tags.
    with django_assert_num_queries(13):
        make_link(tags=["a", "b"])
