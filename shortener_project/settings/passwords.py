"""The rules that a new password has to meet, each left out when its setting switches it off."""

from typing import Any

_DJANGO = "django.contrib.auth.password_validation"
_OURS = "apps.accounts.passwords.validators"


def validators(
    *,
    min_length: int,
    upper_case: bool,
    digit: bool,
    special: bool,
    refuse_common: bool,
    refuse_similar: bool,
    breached_list: str,
) -> list[dict[str, Any]]:
    """The value of AUTH_PASSWORD_VALIDATORS; a `min_length` of 0 and a `breached_list` of "" switch theirs off."""
    rules: list[tuple[bool, str, dict[str, Any]]] = [
        (min_length > 0, f"{_DJANGO}.MinimumLengthValidator", {"min_length": min_length}),
        (upper_case, f"{_OURS}.UpperCaseValidator", {}),
        (digit, f"{_OURS}.DigitValidator", {}),
        (special, f"{_OURS}.SpecialCharacterValidator", {}),
        (refuse_common, f"{_DJANGO}.CommonPasswordValidator", {}),
        (refuse_common, f"{_DJANGO}.NumericPasswordValidator", {}),
        (refuse_similar, f"{_DJANGO}.UserAttributeSimilarityValidator", {"user_attributes": ["email", "full_name"]}),
        (bool(breached_list), f"{_OURS}.BreachedListValidator", {"path": breached_list}),
    ]
    return [{"NAME": name, "OPTIONS": options} for is_on, name, options in rules if is_on]
