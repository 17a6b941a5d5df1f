"""Invitations to workspaces."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.fields import LowerCaseEmailField
from apps.accounts.models.users import User
from apps.accounts.models.workspaces import Role, Workspace


class Invitation(models.Model):
    """An invitation that is open: accepted and revoked ones are only in the audit log."""

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, verbose_name=_("workspace"), on_delete=models.CASCADE, related_name="invitations")
    email = LowerCaseEmailField(_("e-mail address"), max_length=254)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    # SHA-256 of what only the mail holds, as hexadecimal digits.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, verbose_name=_("invited by"), null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(fields=["workspace", "email"], name="invitation_once"),
            # Owners are made of those who are members.
            models.CheckConstraint(condition=models.Q(role__in=[Role.ADMIN, Role.EDITOR, Role.VIEWER]), name="invitation_role"),
        ]
        indexes = [models.Index(fields=["email"], name="invitation_email")]

    def __str__(self) -> str:
        return self.email
