"""How passwords are hashed: BCrypt over SHA-256, at the cost that the installation sets."""

from django.conf import settings
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher


class PasswordHasher(BCryptSHA256PasswordHasher):
    """BCrypt with 2 to the power of PASSWORD_COST rounds; a log-in hashes anew what has another cost."""

    @property
    def rounds(self) -> int:  # type: ignore[override]
        return int(settings.PASSWORD_COST)
