"""Pages of keys: what they show, and to whom."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.api_keys import views
from apps.accounts.api_keys.key_text import is_right
from apps.accounts.models import ApiKey, User
from tests.accounts.api_keys.cases import make_key
from tests.accounts.matrix import browser
from tests.cast import Cast, LogIn

pytestmark = pytest.mark.django_db

NEW = reverse("api_keys:create")
LIST = reverse("api_keys:list")
FORM = {"name": "Cron", "scopes": ["links:read", "analytics:read"], "domain": "", "expires": "30"}


def page_of(key: ApiKey, name: str) -> str:
    return reverse(f"api_keys:{name}", args=[key.public_id])


def shown_key(page: bytes) -> str:
    found = re.search(r'class="key-text">([^<]+)<', page.decode())
    assert found is not None
    return found[1]


def test_a_new_key_is_shown_once_and_kept_nowhere(cast: Cast) -> None:
    client = browser(cast, cast.editor)
    answer = client.post(NEW, FORM)

    key = ApiKey.objects.get()
    text = shown_key(answer.content)
    assert answer.status_code == 201
    assert is_right(text, key.secret_hash)
    assert "no-store" in answer["Cache-Control"]
    assert (key.membership.workspace, key.scopes) == (cast.workspace, ["links:read", "analytics:read"])
    assert key.expires_at is not None
    assert abs(key.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    for page in (LIST, page_of(key, "edit"), page_of(key, "revoke"), NEW):
        assert text not in client.get(page).content.decode()
    assert text not in str(client.session.items())


def test_what_the_role_does_not_allow_is_not_offered(cast: Cast) -> None:
    offers = browser(cast, cast.viewer).get(NEW).content.decode()

    assert 'value="links:read"' in offers
    assert 'value="links:write"' in offers, "it lets a viewer see links"
    for scope in ("links:create", "domains:write", "audit:read"):
        assert f'value="{scope}"' not in offers
    assert browser(cast, cast.viewer).post(NEW, {**FORM, "scopes": ["domains:write"]}).status_code == 422


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["x"]}, {"domain": "x.example"}, {"expires": "0"}, {"name": "a\u202eb"}]
)
def test_a_form_that_is_not_in_order_makes_no_key(cast: Cast, wrong: dict[str, object]) -> None:
    assert browser(cast, cast.editor).post(NEW, {**FORM, **wrong}).status_code == 422
    assert not ApiKey.objects.exists()


def test_whoever_has_not_shown_the_password_lately_does_so_first(logged_in: LogIn, stranger: User) -> None:
    answer = logged_in(stranger).post(NEW, FORM)

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not ApiKey.objects.exists()


def test_one_can_edit_ones_own_key_and_leave_its_end_as_it_is(cast: Cast) -> None:
    end = timezone.now() + timedelta(days=3)
    key, _text = make_key(cast.editor, cast.workspace, expires_at=end, now=timezone.now())
    client = browser(cast, cast.editor)

    assert client.post(page_of(key, "edit"), {"name": "Nightly", "expires": "keep"}).status_code == 302
    key.refresh_from_db()
    assert (key.name, key.expires_at) == ("Nightly", end)
    client.post(page_of(key, "edit"), {"name": "Nightly", "expires": "never"})
    key.refresh_from_db()
    assert key.expires_at is None


def test_a_get_revokes_nothing(cast: Cast) -> None:
    key, _text = make_key(cast.editor, cast.workspace)
    client = browser(cast, cast.admin)

    assert client.get(page_of(key, "revoke")).status_code == 200
    key.refresh_from_db()
    assert key.revoked_at is None
    answer = client.post(page_of(key, "revoke"))
    assert answer["Location"] == reverse("api_keys:of_workspace", args=[cast.workspace.public_id])
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_name_is_no_markup(cast: Cast) -> None:
    make_key(cast.editor, cast.workspace, name='<img src=x onerror="alert(1)">')
    page = browser(cast, cast.editor).get(LIST).content.decode()

    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_list_costs_the_same_for_many_keys_as_for_one(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = browser(cast, cast.editor)
    make_key(cast.editor, cast.workspace)
    client.get(LIST)
    for number in (0, 5):
        for _ in range(number):
            make_key(cast.editor, cast.workspace)
        with django_assert_num_queries(3):
            client.get(LIST)


def test_csrf_is_asked_for(cast: Cast) -> None:
    key, _text = make_key(cast.editor, cast.workspace)
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.editor)

    assert client.post(page_of(key, "revoke")).status_code == 403


def test_the_keys_of_a_large_team_come_in_pages(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    keys = [make_key(user, cast.workspace)[0] for user in (cast.viewer, cast.editor, cast.owner)]
    client, path = browser(cast, cast.admin), reverse("api_keys:of_workspace", args=[cast.workspace.public_id])
    pages = [client.get(path, {"page": number}).content.decode() for number in ("1", "2", "9", "x")]

    shown = [[key.prefix for key in keys if key.prefix in page] for page in pages]
    assert shown[0] == shown[3]
    assert shown[1] == shown[2]
    assert sorted(shown[0] + shown[1]) == sorted(key.prefix for key in keys)


def test_who_is_about_to_go_is_told_which_keys_of_teams_end(cast: Cast) -> None:
    make_key(cast.editor, cast.workspace, name="Nightly <b>")
    make_key(cast.editor, cast.editor.personal_workspace, name="Private")
    page = browser(cast, cast.editor).get(reverse("privacy:delete")).content.decode()

    assert "<strong>Nightly &lt;b&gt;</strong> (Team)" in page
    assert "Private" not in page
