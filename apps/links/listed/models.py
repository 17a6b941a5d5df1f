"""What the links list is read from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# The tag of the rows that are there for links themselves.
NO_TAG = 0
_PLACE = ["workspace_id", "tag_id", "state", "domain_id"]


class ListedLink(models.Model):
    """A link as lists find it, in its workspace (`tag_id` 0) or under one of its tags. Triggers alone write it."""

    pk = models.CompositePrimaryKey("link_id", "tag_id")
    link_id = models.BigIntegerField()
    tag_id = models.BigIntegerField()
    workspace_id = models.BigIntegerField()
    domain_id = models.BigIntegerField()
    # Its number in `states.NUMBERS`, as it was when the link last changed or the clock was last looked at.
    state = models.SmallIntegerField()
    # Orders, all from high to low, with the link's id behind them: microseconds since 1970, clicks (only the first
    # three digits, so that a busy link is seldom written anew), and microseconds until 1970 for the time of expiry (the
    # smallest number for none).
    created = models.BigIntegerField()
    clicks = models.BigIntegerField()
    expiry = models.BigIntegerField()
    # When the clock changes the state next; with `tag_id` 0 only.
    due_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("listed link")
        verbose_name_plural = _("listed links")
        indexes = [
            models.Index(fields=[*_PLACE, "created", "link_id"], name="listed_by_age"),
            models.Index(fields=[*_PLACE, "clicks", "link_id"], name="listed_by_clicks"),
            models.Index(fields=[*_PLACE, "expiry", "link_id"], name="listed_by_expiry"),
            # The task that follows the clock.
            models.Index(fields=["due_at"], name="listed_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} · {self.tag_id}"


class ClickedLink(models.Model):
    """A link whose place in the order by clicks has changed; a task puts it there soon. A trigger writes these."""

    link_id = models.BigIntegerField(primary_key=True)

    class Meta:
        verbose_name = _("clicked link")
        verbose_name_plural = _("clicked links")

    def __str__(self) -> str:
        return str(self.link_id)
