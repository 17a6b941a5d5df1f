"""A program for the tests of the REST API."""

import pytest

from tests.cast import make_user
from tests.links.api.program import Api


@pytest.fixture
def api(db: None) -> Api:
    return Api(make_user("ann"))
