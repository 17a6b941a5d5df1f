"""Pages of API keys in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.accounts.api_keys.key_text import is_right
from apps.accounts.api_keys.services import create_key
from apps.accounts.models import ApiKey, Membership, Role, User
from apps.accounts.policy import Scope
from apps.accounts.workspaces.services import create_workspace
from tests.analytics.conftest import empty_tables
from tests.cast import PASSWORD
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
def keys(ann: User) -> list[ApiKey]:
    """One of Ann's that has all scopes and the widest name, one that expires, and one of a member of her team's."""
    team, now = create_workspace(actor=ann, name="Marketing"), datetime.now(UTC)
    bob = verified_user("somebody-with-a-long-name", full_name=RIGHT_TO_LEFT)
    Membership.objects.create(workspace=team, user=bob, role=Role.EDITOR)
    home, soon = ann.personal_workspace, now + timedelta(days=2)
    all_scopes = [scope.value for scope in Scope]
    wide, _text = create_key(actor=ann, workspace=team, name="W" * 100, scope_names=all_scopes, expires_at=soon, now=now)
    odd, _text = create_key(actor=ann, workspace=home, name=RIGHT_TO_LEFT, scope_names=["links:read"], expires_at=soon, now=now)
    theirs, _text = create_key(actor=bob, workspace=team, name="Deploy", scope_names=["links:write"], now=now)
    ApiKey.objects.filter(pk=theirs.pk).update(last_used_at=now, last_used_address="2001:db8:1234:5678:9abc:def0:1234:5678")
    ApiKey.objects.filter(pk=odd.pk).update(created_at=now - timedelta(days=3), expires_at=now - timedelta(days=1))
    return [wide, odd, theirs]


def confirm_password(page: Page) -> None:
    page.goto(reverse("account_reauthenticate"))
    page.get_by_label("Password").first.fill(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_keys_complain_of_nothing_on_a_phone(scheme: str, ann: User, keys: list[ApiKey], browse: OpenBrowser) -> None:
    context = browse(ann, viewport={"width": 320, "height": 700}, color_scheme=scheme)
    complaints, window = Complaints(context), context.new_page()
    confirm_password(window)
    paths = [reverse("api_keys:list"), reverse("api_keys:of_workspace", args=[keys[0].membership.workspace.public_id])]
    paths += [reverse(name, args=[keys[0].public_id]) for name in ("api_keys:edit", "api_keys:revoke")]
    for path in (*paths, reverse("api_keys:revoke", args=[keys[2].public_id]), reverse("api_keys:create")):
        window.goto(path)
        complaints.measure(window)
    window.get_by_label("Name").fill("X" * 100)
    window.get_by_text("links:read").click()
    with window.expect_navigation():
        window.get_by_role("button", name="Create key").click()
    complaints.measure(window)

    expect(window.locator(".key-text")).to_be_visible()
    assert complaints == []


def test_a_key_is_shown_once_copied_and_revoked(ann: User, browse: OpenBrowser) -> None:
    page = browse(ann, permissions=["clipboard-read", "clipboard-write"]).new_page()
    confirm_password(page)
    page.goto(reverse("api_keys:list"))
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name").fill("Newsletter")
    page.get_by_text("links:create").click()
    page.get_by_label("Expires").select_option("30")
    page.get_by_role("button", name="Create key").click()
    page.get_by_role("button", name="Copy key").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()

    key = ApiKey.objects.get()
    assert is_right(page.evaluate("navigator.clipboard.readText()"), key.secret_hash)
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_role("heading", name="Newsletter")).to_be_visible()
    assert page.content().count("shk_") == 1
    page.get_by_role("link", name="Revoke Newsletter").click()
    page.get_by_role("button", name="Revoke key").click()
    expect(page.get_by_text("Newsletter is revoked.")).to_be_visible()
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_keys_are_made_without_scripts(ann: User, browse: OpenBrowser) -> None:
    page = browse(ann, java_script_enabled=False).new_page()
    confirm_password(page)
    page.goto(reverse("api_keys:create"))
    page.get_by_label("Name").fill("Newsletter")
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_text("Choose what the key may do.")).to_be_visible()
    page.get_by_text("links:read").click()
    page.get_by_role("button", name="Create key").click()

    expect(page.locator(".key-text")).to_contain_text(ApiKey.objects.get().prefix)
