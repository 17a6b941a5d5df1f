"""Pages that can be read can be asked for their headers alone."""

import pytest
from django.urls import reverse

from tests.cast import LogIn, make_user


@pytest.mark.django_db(databases=["default", "clickhouse"])
@pytest.mark.parametrize("name", ["home", "links:list", "analytics:dashboard", "links:check_code"])
def test_head_answers_as_get_does_without_a_body(logged_in: LogIn, name: str) -> None:
    browser = logged_in(make_user("reader"))
    asked, read = browser.head(reverse(name)), browser.get(reverse(name))
    assert asked.status_code == read.status_code != 405
    assert asked.content == b""
