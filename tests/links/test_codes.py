import pytest

from apps.links import codes


@pytest.mark.parametrize("text", ["a", "Z9", "my-code_1", "-", "_", "0", "a" * 64])
def test_letters_digits_hyphen_and_underscore_make_a_code(text: str) -> None:
    assert codes.is_code(text)


@pytest.mark.parametrize("text", ["", "a b", "a/b", "a.b", "ä", "ａ", "a\n", "a\x00", "%41", "a" * 65, "١"])
def test_anything_else_is_no_code(text: str) -> None:
    assert not codes.is_code(text)


def test_generated_codes_are_codes_of_the_length_asked_for_and_differ() -> None:
    found = {codes.generate(7) for _ in range(1000)}

    assert len(found) == 1000
    assert all(codes.is_code(code) and len(code) == 7 for code in found)
