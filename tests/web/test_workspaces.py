"""Pages of workspaces in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.accounts.models import Membership, Role, User, Workspace
from apps.accounts.workspaces.invitations import invite
from apps.accounts.workspaces.services import create_workspace
from tests.analytics.conftest import empty_tables
from tests.web.conftest import OpenBrowser
from tests.web.links import RIGHT_TO_LEFT, verified_user
from tests.web.pages import Complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])]


@pytest.fixture(autouse=True)
def no_clicks(transactional_db: None) -> Iterator[None]:
    empty_tables()
    yield
    empty_tables()


@pytest.fixture
def ann(transactional_db: None) -> User:
    return verified_user("ann")


@pytest.fixture
def team(ann: User) -> Workspace:
    """Ann's, with one member of each role and an invitation under way."""
    workspace = create_workspace(actor=ann, name="Marketing")
    for role in (Role.ADMIN, Role.EDITOR, Role.VIEWER):
        Membership.objects.create(workspace=workspace, user=verified_user(f"{role}-of-the-team", full_name=RIGHT_TO_LEFT), role=role)
    invite(actor=ann, workspace=workspace, email="somebody-with-a-long-name@mail.example.com", role=Role.EDITOR, now=datetime.now(UTC))
    return workspace


def pages_of(workspace: Workspace) -> list[str]:
    return [reverse("workspaces:list"), reverse("workspaces:create"), reverse("workspaces:show", args=[workspace.public_id])]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_workspaces_complain_of_nothing_on_a_phone(scheme: str, ann: User, team: Workspace, browse: OpenBrowser) -> None:
    context = browse(ann, viewport={"width": 320, "height": 700}, color_scheme=scheme)
    complaints, window = Complaints(context), context.new_page()
    for path in pages_of(team):
        window.goto(path)
        complaints.measure(window)

    assert complaints == []


def test_links_are_made_in_the_workspace_that_was_chosen(ann: User, team: Workspace, browse: OpenBrowser) -> None:
    window = browse(ann).new_page()
    window.goto(reverse("workspaces:list"))
    window.get_by_role("button", name="Use").click()
    window.goto(reverse("links:create"))
    window.get_by_label("Destination URL").fill("https://example.com/campaign")
    window.get_by_role("button", name="Create link").click()

    expect(window.locator(".toast").last).to_be_visible()
    window.goto(reverse("links:list"))
    expect(window.locator(".link-row")).to_have_count(1)
    assert team.links.get().destination_url == "https://example.com/campaign"
