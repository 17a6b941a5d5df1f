"""Rules of passwords that Django does not bring."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import structlog
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.passwords.breached import BreachedList

log = structlog.get_logger(__name__)


class _CharacterValidator(ABC):
    """There is one character at least of a kind."""

    code: ClassVar[str]
    missing: ClassVar[str | Promise]
    help_text: ClassVar[str | Promise]

    @staticmethod
    @abstractmethod
    def is_meant(character: str) -> bool: ...

    def validate(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 - Django's signature
        if not any(map(self.is_meant, password)):
            raise ValidationError(str(self.missing), code=self.code)

    def get_help_text(self) -> str:
        return str(self.help_text)


class UpperCaseValidator(_CharacterValidator):
    """An upper case letter; letters of scripts without case count."""

    code = "password_no_upper_case"
    missing = _("This password has no upper case letter.")
    help_text = _("Your password must contain an upper case letter.")

    @staticmethod
    def is_meant(character: str) -> bool:
        return character.isalpha() and not character.islower()


class DigitValidator(_CharacterValidator):
    code = "password_no_digit"
    missing = _("This password has no digit.")
    help_text = _("Your password must contain a digit.")

    @staticmethod
    def is_meant(character: str) -> bool:
        return character.isdigit()


class SpecialCharacterValidator(_CharacterValidator):
    """Anything but a letter or a digit; a space counts, as in a sentence."""

    code = "password_no_special_character"
    missing = _("This password has no special character, such as a dash, a point or a space.")
    help_text = _("Your password must contain a special character, such as a dash, a point or a space.")

    @staticmethod
    def is_meant(character: str) -> bool:
        return not character.isalnum()


class BreachedListValidator:
    """The password is not in a list of breached ones that the operator has downloaded."""

    def __init__(self, path: str) -> None:
        self._list = BreachedList(Path(path))

    def validate(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 - Django's signature
        try:
            is_known = self._list.contains(password)
        except OSError as error:
            # It was there at the start. Nobody's account hangs on a file that an operator is just replacing.
            log.error("breached passwords cannot be read", path=str(self._list.path), error=repr(error))  # noqa: TRY400
            return
        if is_known:
            raise ValidationError(_("This password is known from a data breach elsewhere."), code="password_breached")

    def get_help_text(self) -> str:
        return str(_("Your password must not be known from a data breach."))
