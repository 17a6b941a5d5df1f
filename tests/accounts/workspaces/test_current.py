"""Which workspace pages are about."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Membership, User, Workspace
from apps.links import services
from apps.links.models import Link
from tests.cast import Cast, LogIn

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def made(owner: User, workspace: Workspace, code: str) -> Link:
    return services.create_link(actor=owner, workspace=workspace, destination_url=f"https://example.com/{code}", code=code, now=NOW)


def listed(client: Client, **query: str) -> str:
    answer = client.get(reverse("links:list"), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def two(cast: Cast) -> Cast:
    """The owner has a link in each of two workspaces."""
    made(cast.owner, cast.workspace, "of-team")
    made(cast.owner, cast.owner.personal_workspace, "of-me")
    return cast


def test_pages_are_about_the_personal_workspace_at_first(two: Cast, logged_in: LogIn) -> None:
    page = listed(logged_in(two.owner))

    assert "of-me" in page
    assert "of-team" not in page


def test_whoever_changes_to_a_team_sees_its_links_and_makes_links_there(two: Cast, logged_in: LogIn) -> None:
    client = logged_in(two.owner)
    client.post(reverse("workspaces:use", args=[two.workspace.public_id]))
    page = listed(client)
    client.post(reverse("links:create"), {"destination_url": "https://example.com/", "code": "fresh-1", "domain": ""})

    assert "of-team" in page
    assert "of-me" not in page
    assert Link.objects.get(code="fresh-1").workspace_id == two.workspace.pk


def test_an_address_out_of_a_mail_names_the_workspace_and_the_session_keeps_it(two: Cast, logged_in: LogIn) -> None:
    client = logged_in(two.viewer)

    assert "of-team" in listed(client, workspace=str(two.workspace.public_id))
    assert "of-team" in listed(client)


def test_another_workspaces_id_answers_like_none(two: Cast, logged_in: LogIn) -> None:
    client = logged_in(two.stranger)
    answers = [client.get(reverse("links:list"), {"workspace": str(name)}) for name in (two.workspace.public_id, uuid4(), "x")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_who_was_shut_out_is_back_in_the_personal_workspace(two: Cast, logged_in: LogIn) -> None:
    client = logged_in(two.editor)
    client.post(reverse("workspaces:use", args=[two.workspace.public_id]))
    Membership.objects.filter(user=two.editor, workspace=two.workspace).delete()

    assert "of-team" not in listed(client)


def test_a_viewer_is_offered_no_form_and_refused_one(two: Cast, logged_in: LogIn) -> None:
    client = logged_in(two.viewer)
    client.post(reverse("workspaces:use", args=[two.workspace.public_id]))

    assert client.get(reverse("links:create")).status_code == 403
    assert client.post(reverse("links:create"), {"destination_url": "https://example.com/"}).status_code == 403
    assert 'action="/links/new/"' not in client.get(reverse("analytics:dashboard")).content.decode()
