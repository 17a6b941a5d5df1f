import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings


@pytest.mark.parametrize(
    ("name", "value"), [("CODE_LENGTH", 4), ("CODE_LENGTH", 65), ("DESTINATION_MAX_LENGTH", 0), ("DESTINATION_MAX_LENGTH", 8193)]
)
def test_a_setting_out_of_range_is_named(settings: Settings, name: str, value: int) -> None:
    setattr(settings, name, value)

    with pytest.raises(SystemCheckError, match=f"{name} is {value}"):
        call_command("check", "links")


def test_the_defaults_are_within_range() -> None:
    call_command("check", "links")
