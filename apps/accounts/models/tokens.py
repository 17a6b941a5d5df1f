"""Log-ins of API clients."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.users import User

CLIENT_MAX_LENGTH = 300


class TokenFamily(models.Model):
    """All tokens that come from one log-in. Its id is the claim `sid` of each; one refresh token is good at a time.

    The tokens themselves are not kept: whoever reads this table can make none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="token_families")
    # User.token_version at the log-in: with another one it has ended.
    version = models.PositiveIntegerField(default=0, editable=False)
    # Of the refresh token that is good now: its claims `jti` and `iat`, with which it can be made again.
    current_jti = models.UUIDField(default=uuid.uuid4, editable=False)
    current_issued_at = models.DateTimeField(editable=False)
    # Of the one before, and who exchanged it when.
    previous_jti = models.UUIDField(null=True, editable=False)
    previous_client = models.CharField(max_length=64, blank=True, editable=False)
    rotated_at = models.DateTimeField(null=True, editable=False)
    # Whose log-in it is, for the list of sessions; the address as AUDIT_ADDRESS_POLICY allows.
    user_agent = models.CharField(max_length=CLIENT_MAX_LENGTH, blank=True, editable=False)
    address = models.GenericIPAddressField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # However often it is refreshed, it ends here.
    expires_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("log-in of an API client")
        verbose_name_plural = _("log-ins of API clients")
        default_permissions = ()
        indexes = [
            # The task that forgets those that are over.
            models.Index(fields=["expires_at"], name="token_family_expiry"),
        ]

    def __str__(self) -> str:
        return str(self.id)
