"""What a key looks like, and what is none."""

import re

import pytest

from apps.accounts.api_keys.key_text import is_right, looks_like_key, new_key, prefix_of

SCANNED = re.compile(r"shk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}")


def test_a_key_has_the_form_that_scanners_are_told_of() -> None:
    made = new_key()

    assert SCANNED.fullmatch(made.text)
    assert looks_like_key(made.text)
    assert made.text.startswith(made.prefix + "_")
    assert prefix_of(made.text) == made.prefix


def test_no_two_keys_are_alike_and_the_secret_is_not_in_what_is_kept() -> None:
    keys = [new_key() for _ in range(100)]

    assert len({key.text for key in keys} | {key.secret_hash for key in keys}) == 200
    for key in keys:
        assert key.text.removeprefix(key.prefix) not in key.secret_hash


def test_a_hash_is_right_for_its_own_key_alone() -> None:
    one, other = new_key(), new_key()

    assert is_right(one.text, one.secret_hash)
    assert not is_right(one.text, other.secret_hash)
    assert not is_right(one.text, None)


def test_a_slip_of_one_character_is_seen_without_the_database() -> None:
    text = new_key().text
    for place in range(len(text)):
        slipped = text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]

        assert prefix_of(slipped) is None, place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shk_",
        "shk_\0",
        "shk_" + "a" * 58,
        "Shk_aaaaaaaa_" + "a" * 49,
        "shk_é" + "a" * 57,
        "shk_" + "1" * 100_000,
        "eyJhbGciOiJSUzI1NiJ9.e30.x",
    ],
)
def test_what_is_no_key_is_told_from_one(text: str) -> None:
    assert prefix_of(text) is None


@pytest.mark.parametrize("wrap", [" {}", "{} ", "{}\n", "\t{}", "{}{}", '"{}"'])
def test_nothing_may_stand_around_a_key(wrap: str) -> None:
    text = new_key().text

    assert prefix_of(wrap.format(text, text)) is None
