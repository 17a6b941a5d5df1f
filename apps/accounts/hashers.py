"""How passwords are hashed: BCrypt over SHA-256, at the cost that the installation sets; and how those of other products are read."""

from typing import Any, Final

from django.conf import settings
from django.contrib.auth.hashers import BCryptPasswordHasher, BCryptSHA256PasswordHasher

_COUNTED: Final = 72


class PasswordHasher(BCryptSHA256PasswordHasher):
    """BCrypt with 2 to the power of PASSWORD_COST rounds; a log-in hashes anew what has another cost."""

    @property
    def rounds(self) -> int:  # type: ignore[override]
        return int(settings.PASSWORD_COST)


class ForeignBCryptPasswordHasher(BCryptPasswordHasher):
    """BCrypt alone, as other products store it: only the first 72 bytes of a password count, and the library refuses
    longer ones instead of saying so."""

    def encode(self, password: str, salt: Any) -> str:
        return str(super().encode(password.encode()[:_COUNTED].decode(errors="ignore"), salt))
