"""Role by action by thing by way in: every address of the site is tried by everybody."""

import re

import pytest
from django.contrib.admin.sites import site
from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse

from apps.accounts.models import User
from tests.accounts import matrix
from tests.accounts.matrix import Case, Ids
from tests.analytics.conftest import Rows, clickhouse  # noqa: F401 - a fixture
from tests.cast import Cast, make_user

pytestmark = [pytest.mark.django_db(databases=["default", "clickhouse"])]

CASES = {case.name: case for case in matrix.cases()}
API_CASES = {case.name: case for case in matrix.api_cases()}
API_ROUTES = {name.partition(" ")[2] for name in API_CASES}
LOG_IN = reverse("account_login")


@pytest.fixture
def staff(db: None) -> User:
    return make_user("staff", is_staff=True, is_superuser=True)


def person(cast: Cast, staff: User, name: str) -> User:
    return staff if name == "staff" else getattr(cast, name)


def looks_of(answer: HttpResponse) -> tuple[int, str, str]:
    """Status, body and where it leads, without what is different at each answer."""
    body = answer.getvalue().decode(errors="replace") if answer.streaming else answer.content.decode(errors="replace")
    body = body.replace(answer.get("X-Request-ID", "-"), "").replace(str(answer.get("Content-Security-Policy", "-")), "")
    body = re.sub(r'(nonce|name="csrfmiddlewaretoken" value|csrf[^"]*)="[^"]*"', "", body)
    return answer.status_code, body, answer.get("Location", "")


def test_every_address_is_public_for_a_reason_or_tried() -> None:
    known = {*matrix.PUBLIC, *matrix.OWN, *matrix.OWN_BY_API, *CASES, *API_ROUTES}
    found = set(matrix.names())

    assert found - known == set(), "Addresses without an entry in tests/accounts/matrix.py"
    assert known - found == set(), "Entries without an address"


def test_no_address_has_two_entries() -> None:
    tables = [set(matrix.PUBLIC), set(matrix.OWN), set(matrix.OWN_BY_API), set(CASES), API_ROUTES]

    assert sum(map(len, tables)) == len(set.union(*tables))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_strangers_are_answered_as_if_it_were_not_there(cast: Cast, staff: User, case: Case, clickhouse: Rows) -> None:  # noqa: F811
    ids = matrix.make_things(cast)
    for name in ("stranger", "staff"):
        client = matrix.browser(cast, person(cast, staff, name))
        there, nowhere = looks_of(case.ask(client, ids)), looks_of(case.ask(client, Ids()))

        assert there == nowhere, name
        assert there[0] == 404, name


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_who_is_not_logged_in_is_sent_to_log_in(cast: Cast, case: Case) -> None:
    ids = matrix.make_things(cast)
    for user in (None, cast.inactive):
        answer = case.ask(matrix.browser(cast, user), ids)

        assert answer.status_code == 302
        assert answer["Location"].startswith(LOG_IN)


@pytest.mark.parametrize("role", matrix.MEMBERS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_members_may_do_what_their_role_allows(cast: Cast, case: Case, role: str, clickhouse: Rows) -> None:  # noqa: F811
    ids = matrix.make_things(cast)
    status = case.ask(matrix.browser(cast, getattr(cast, role)), ids).status_code

    if role in case.allowed:
        assert status in {200, 302}
    else:
        assert status == (403 if case.is_known_to_members else 404)


@pytest.mark.parametrize("name", sorted(matrix.OWN))
def test_pages_about_oneself_are_for_those_who_are_logged_in(cast: Cast, name: str) -> None:
    path = reverse(name, kwargs=dict(matrix.OWN_VALUES.get(name, {})))
    client = matrix.browser(cast, None)

    for answer in (client.get(path), client.post(path)):
        assert answer.status_code in {302, 405}
        assert answer.status_code == 405 or answer["Location"].startswith((LOG_IN, reverse("account_reauthenticate")))


@pytest.mark.parametrize("name", sorted(matrix.OWN_BY_API))
def test_what_the_api_tells_about_oneself_needs_a_token(cast: Cast, name: str) -> None:
    for client in (matrix.browser(cast, None), matrix.browser(cast, cast.owner)):
        path = reverse(name, kwargs=dict(matrix.OWN_VALUES.get(name, {})))
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code in {401, 405}
            assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("way", matrix.WAYS_BY_API)
@pytest.mark.parametrize("case", API_CASES.values(), ids=API_CASES)
def test_programs_of_strangers_are_answered_as_if_it_were_not_there(cast: Cast, staff: User, case: Case, way: str) -> None:
    ids = matrix.make_things(cast)
    for name in ("stranger", "staff"):
        client = matrix.program(cast, person(cast, staff, name), way)
        answers = [case.ask(client, asked) for asked in (ids, Ids())]
        there, nowhere = ({**answer.json(), "request_id": ""} for answer in answers)  # type: ignore[attr-defined]

        assert there == nowhere, name
        assert there["status"] == 404, name


@pytest.mark.parametrize("case", API_CASES.values(), ids=API_CASES)
def test_programs_without_a_token_are_let_in_nowhere(cast: Cast, case: Case) -> None:
    ids = matrix.make_things(cast)
    for client in (matrix.browser(cast, None), matrix.browser(cast, cast.owner), matrix.bearer("shk_"), matrix.bearer("x.y.z")):
        assert case.ask(client, ids).status_code == 401


@pytest.mark.parametrize("way", matrix.WAYS_BY_API)
@pytest.mark.parametrize("role", matrix.MEMBERS)
@pytest.mark.parametrize("case", API_CASES.values(), ids=API_CASES)
def test_programs_of_members_may_do_what_the_role_allows(cast: Cast, case: Case, role: str, way: str, clickhouse: Rows) -> None:  # noqa: F811
    ids = matrix.make_things(cast)
    status = case.ask(matrix.program(cast, getattr(cast, role), way), ids).status_code

    if role in case.allowed:
        # Who is let in may hear that the DNS does not show the record.
        assert status in ({409} if case.name == "POST api:domains-verify" else range(200, 300))
    else:
        assert status == (403 if case.is_known_to_members else 404)


@pytest.mark.parametrize("who", [None, "stranger", "owner"])
def test_the_back_office_is_for_staff(cast: Cast, who: str | None) -> None:
    client = matrix.browser(cast, getattr(cast, who) if who else None)
    paths = []
    for pattern in site.get_urls():
        for inner in getattr(pattern, "url_patterns", [pattern]):
            try:
                paths.append(reverse(f"admin:{inner.name}", args=["1"] if "<" in str(inner.pattern) else []))
            except NoReverseMatch:
                continue

    assert len(paths) > 50
    for path in paths:
        if path.endswith(("/login/", "/logout/", "/jsi18n/")):
            continue
        answer = client.get(path)
        assert answer.status_code in {302, 404}, path
        assert answer.status_code == 404 or "/login/" in answer["Location"], path
