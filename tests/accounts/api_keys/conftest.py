"""Each test is a request of its own: a key that lets in is named until its end, and not in the next one."""

from collections.abc import Iterator

import pytest

from apps.accounts.audit.context import Origin, coming_from


@pytest.fixture(autouse=True)
def request_of_its_own() -> Iterator[None]:
    with coming_from(Origin()):
        yield
