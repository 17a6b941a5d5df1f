"""What the product decides differently from django-allauth's defaults about second factors."""

import base64
from io import BytesIO
from urllib.parse import urlsplit

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User

_PURPOSE = b"accounts.factors"


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are stored encrypted; what is named after the site is named after PUBLIC_URL."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code is not right, or no longer."),
        "unverified_email": gettext_lazy("Verify your e-mail address first: it is the way back in if the second factor is lost."),
    }

    def get_totp_issuer(self) -> str:
        return f"Shortener {_host()}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "localhost", "name": f"Shortener {_host()}"}

    def build_totp_svg(self, url: str) -> str:
        """Dark on white whatever the theme, or cameras do not find it."""
        picture = BytesIO()
        segno.make(url, micro=False).save(picture, kind="svg", scale=4, light="white")
        return picture.getvalue().decode()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number} if number > 1 else _("Passkey")

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises cryptography.fernet.InvalidToken when SECRET_KEY has been replaced without SECRET_KEY_FALLBACKS."""
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).netloc


def _fernet() -> MultiFernet:
    """Encrypts with SECRET_KEY, and reads what the keys before it have encrypted."""
    return MultiFernet([Fernet(_derived(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode()))
