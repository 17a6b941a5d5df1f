"""Why a token is refused."""

from django.utils.translation import gettext as _

from apps.common.errors import DomainError


class TokenRefused(DomainError):
    """The token lets nobody in. The codes are `token_invalid`, `token_expired`, `token_revoked` and `token_reused`."""

    code = "token_invalid"
    http_status = 401


def invalid() -> TokenRefused:
    return TokenRefused(_("This token is not valid."))


def expired() -> TokenRefused:
    return TokenRefused(_("This token has expired."), code="token_expired")


def revoked() -> TokenRefused:
    return TokenRefused(_("This log-in has ended."), code="token_revoked")


def reused() -> TokenRefused:
    return TokenRefused(
        _("This refresh token was used before, so somebody else may have it: the log-in has ended. Log in again."), code="token_reused"
    )
