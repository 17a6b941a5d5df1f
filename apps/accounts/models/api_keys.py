"""Keys with which programs use the API on somebody's behalf."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.workspaces import Membership

API_KEY_NAME_MAX_LENGTH = 100
# Of the longest host name, with its port.
_HOSTNAME_MAX_LENGTH = 260


class ApiKey(models.Model):
    """A key of one member of a workspace. It goes with the membership, and so with the user and the workspace.

    What it is made of, and why its hash is a plain one, says apps.accounts.api_keys.key_text.
    """

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    membership = models.ForeignKey(Membership, verbose_name=_("member"), on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(_("name"), max_length=API_KEY_NAME_MAX_LENGTH)
    # How every key that was shown begins: with it the look-up of a key that somebody presents.
    prefix = models.CharField(_("begins with"), max_length=32, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    # Words of apps.accounts.policy.Scope.
    scopes = ArrayField(models.CharField(max_length=32), verbose_name=_("scopes"))
    # The only domain whose links it is for, and its name. Domains belong to a room above this one, so there is no
    # foreign key: a key whose domain is gone is for nothing, and ids are never given again.
    domain_id = models.BigIntegerField(_("domain"), null=True, blank=True)
    domain_hostname = models.CharField(_("only for links of"), max_length=_HOSTNAME_MAX_LENGTH, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    # The first instant at which it is refused.
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    # Noted once a minute; the address as AUDIT_ADDRESS_POLICY allows.
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    last_used_address = models.GenericIPAddressField(_("last used from"), null=True, blank=True, editable=False)
    # The row stays for a while, so that whoever still uses the key learns why it is refused.
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=models.Q(scopes__len__gt=0), name="api_key_has_scopes"),
            models.CheckConstraint(
                condition=models.Q(expires_at=None) | models.Q(expires_at__gt=models.F("created_at")), name="api_key_expires_later"
            ),
            models.CheckConstraint(
                condition=models.Q(domain_id=None, domain_hostname="")
                | (models.Q(domain_id__isnull=False) & ~models.Q(domain_hostname="")),
                name="api_key_domain_named",
            ),
        ]
        indexes = [
            # The task that forgets keys revoked long ago.
            models.Index(fields=["revoked_at"], name="api_key_revoked", condition=models.Q(revoked_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def workspace_id(self) -> int:
        """The workspace that it is for; of a key whose membership is loaded."""
        return self.membership.workspace_id

    def is_expired_at(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now
