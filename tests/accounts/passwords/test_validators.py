"""What a new password has to be like."""

from collections.abc import Sequence
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from apps.accounts.models import User
from apps.accounts.passwords.breached import BreachedList
from shortener_project.settings.passwords import validators

OFF: dict[str, Any] = {
    "min_length": 0,
    "upper_case": False,
    "digit": False,
    "special": False,
    "refuse_common": False,
    "refuse_similar": False,
    "breached_list": "",
}
ANN = User(email="ann.example@example.com", full_name="Ann Example")


def codes(password: str, **rules: Any) -> Sequence[str]:
    try:
        validate_password(password, ANN, get_password_validators(validators(**{**OFF, **rules})))
    except ValidationError as error:
        return [str(found.code) for found in error.error_list]
    return []


@pytest.mark.parametrize(
    ("password", "rules", "code"),
    [
        ("Sh0rt!x", {"min_length": 8}, "password_too_short"),
        ("lower case 1", {"upper_case": True}, "password_no_upper_case"),
        ("No Digits", {"digit": True}, "password_no_digit"),
        ("NoSpecial1", {"special": True}, "password_no_special_character"),
        ("Password123", {"refuse_common": True}, "password_too_common"),
        ("9182736450", {"refuse_common": True}, "password_entirely_numeric"),
        ("ann.example1", {"refuse_similar": True}, "password_too_similar"),
        ("Ann Example!", {"refuse_similar": True}, "password_too_similar"),
    ],
)
def test_each_rule_refuses_what_it_is_for_and_nothing_once_it_is_switched_off(password: str, rules: dict[str, Any], code: str) -> None:
    assert codes(password, **rules) == [code]
    assert codes(password) == []


@pytest.mark.parametrize(
    "password", ["Zwölf Boxkämpfer 12", "密码很长而且安全 7", "ПАРОЛЬ-с-цифрой-9", "Tr0ub4dor&3", "A sentence, 1 of many"]
)
def test_passwords_of_all_scripts_meet_the_rules_of_the_product(password: str) -> None:
    validate_password(password, ANN)


def test_all_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(ValidationError) as refusal:
        validate_password("abc", ANN)

    assert len(refusal.value.messages) == 5


def listed(*passwords: str, count: str = ":7") -> bytes:
    lines = sorted(sha1(password.encode()).hexdigest().upper() + count for password in passwords)
    return "\r\n".join([*lines, ""]).encode()


@pytest.mark.parametrize("count", ["", ":1", ":37359195"])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_breached_passwords_are_found_wherever_they_stand(tmp_path: Path, size: int, count: str) -> None:
    path = tmp_path / "breached.txt"
    path.write_bytes(listed(*(f"word {number}" for number in range(size)), count=count))
    known = BreachedList(path)

    assert all(known.contains(f"word {number}") for number in range(size))
    assert not any(known.contains(f"other {number}") for number in range(200))


def test_a_list_without_a_line_feed_at_its_end_and_in_lower_case_is_read(tmp_path: Path) -> None:
    path = tmp_path / "breached.txt"
    path.write_bytes(listed("one", "two", "three").lower().replace(b"\r", b"").rstrip())

    assert all(BreachedList(path).contains(word) for word in ("one", "two", "three"))


def test_a_breached_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "breached.txt"
    path.write_bytes(listed("Correct horse 4"))

    assert codes("Correct horse 4", breached_list=str(path)) == ["password_breached"]
    assert codes("Correct horse 5", breached_list=str(path)) == []


def test_a_list_that_is_gone_while_the_site_runs_refuses_nobody(tmp_path: Path) -> None:
    assert codes("Correct horse 4", breached_list=str(tmp_path / "gone.txt")) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"", "empty"),
        (b"password\n123456\n", "no SHA-1 hash"),
        (b"\x1f\x8b" + b"\x00\xff" * 5000, "no SHA-1 hash"),
        (b"".join(reversed(listed(*map(str, range(500))).splitlines(keepends=True))), "not sorted"),
    ],
)
def test_a_list_that_is_none_is_told_at_the_start_by_its_setting(
    tmp_path: Path, settings: Settings, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "breached.txt"
    if content is not None:
        path.write_bytes(content)
    settings.PASSWORD_BREACHED_LIST = str(path)

    with pytest.raises(SystemCheckError, match=f"(?s)PASSWORD_BREACHED_LIST.*{reason}"):
        call_command("check")


def test_a_good_list_passes_the_check(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "breached.txt"
    path.write_bytes(listed(*map(str, range(5000))))
    settings.PASSWORD_BREACHED_LIST = str(path)

    call_command("check")


def test_all_rules_are_on_unless_they_are_switched_off() -> None:
    names = [rule["NAME"].rpartition(".")[2] for rule in product.AUTH_PASSWORD_VALIDATORS]

    assert names == [
        "MinimumLengthValidator",
        "UpperCaseValidator",
        "DigitValidator",
        "SpecialCharacterValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
        "UserAttributeSimilarityValidator",
    ]
