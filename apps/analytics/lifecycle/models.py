"""What has yet to be erased."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PurgedLink(models.Model):
    """A link whose row is gone, by itself or with its workspace or account. Written in the same transaction."""

    link_id = models.BigIntegerField(_("link"), primary_key=True)
    purged_at = models.DateTimeField(_("purged at"))
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    class Meta:
        verbose_name = _("purged link")
        verbose_name_plural = _("purged links")

    def __str__(self) -> str:
        return str(self.link_id)
