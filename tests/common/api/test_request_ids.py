"""Programs name what they ask; whatever has not the form of an id is replaced."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def asked(path: str, chosen: str) -> str:
    answer = Client().get(path, headers={"X-Request-ID": chosen})
    return str(answer["X-Request-ID"])


def test_an_api_keeps_the_id_that_a_program_has_chosen() -> None:
    answer = Client().get("/api/v1/me", headers={"X-Request-ID": "job-2026_11-24"})

    assert answer["X-Request-ID"] == answer.json()["request_id"] == "job-2026_11-24"


@pytest.mark.parametrize("chosen", ["", "short", "x" * 65, "a b c d e f g", "<script>alert(1)", "12345678\x00", "12345678\u00e9"])
def test_what_has_not_the_form_of_an_id_is_replaced(chosen: str) -> None:
    assert len(asked("/api/v1/me", chosen)) == 32


def test_a_page_has_an_id_of_its_own() -> None:
    assert asked("/", "job-2026_11-24") != "job-2026_11-24"
