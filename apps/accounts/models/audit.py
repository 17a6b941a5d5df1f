"""What was done, by whom and from where."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LABEL_MAX_LENGTH = 300


class AuditLog(models.Model):
    """One thing that was done. Rows are added and never changed: triggers (migration 0004) refuse all else, but
    for rows beyond retention.

    Actor, target and workspace are no foreign keys: what they name may go, and the row must neither
    go with it nor be written to.
    """

    occurred_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    # Nobody for what the installation does by itself, and for people who are not logged in.
    actor_id = models.BigIntegerField(_("actor"), null=True, blank=True)
    actor_label = models.CharField(_("by"), max_length=LABEL_MAX_LENGTH, blank=True)
    via = models.CharField(_("via"), max_length=10)
    # The words are those of apps.accounts.audit.actions; their set is open.
    action = models.CharField(_("action"), max_length=64)
    target_type = models.CharField(_("kind of target"), max_length=50, blank=True)
    target_id = models.CharField(_("id of the target"), max_length=64, blank=True)
    target_label = models.CharField(_("target"), max_length=LABEL_MAX_LENGTH, blank=True)
    workspace_id = models.BigIntegerField(_("workspace"), null=True, blank=True)
    # Of fields that differ, and without secrets.
    before = models.JSONField(_("before"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    api_key_prefix = models.CharField(_("API key"), max_length=32, blank=True)

    class Meta:
        verbose_name = _("audit log entry")
        verbose_name_plural = _("audit log")
        default_permissions = ("view",)
        indexes = [
            # The page of a workspace's admins, newest first.
            models.Index(fields=["workspace_id", "-occurred_at", "-id"], name="audit_of_workspace"),
            # The moderators' page, newest first; and retention.
            models.Index(fields=["-occurred_at", "-id"], name="audit_newest"),
            # What one user has done: the filter by actor, and the export of one's own data.
            models.Index(fields=["actor_id", "-occurred_at", "-id"], name="audit_of_actor", condition=models.Q(actor_id__isnull=False)),
            # What has happened to one link, domain or user.
            models.Index(fields=["target_type", "target_id", "-occurred_at", "-id"], name="audit_of_target"),
            # The filter by a target's name, as people type it.
            models.Index(fields=["target_label", "-occurred_at", "-id"], name="audit_of_label"),
            # The filter by action.
            models.Index(fields=["action", "-occurred_at", "-id"], name="audit_of_action"),
        ]

    def __str__(self) -> str:
        return f"{self.occurred_at:%Y-%m-%d %H:%M:%S} {self.action} {self.target_label}".rstrip()
