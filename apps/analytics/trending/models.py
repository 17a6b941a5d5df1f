"""Episodes of links. One of a kind is open at a time for each link, which is what makes events about them unique."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.links.models import Link


class Episode(models.Model):
    """From when a link became conspicuous until it was no longer."""

    link = models.ForeignKey(Link, verbose_name=_("link"), on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        abstract = True


class TrendingLink(Episode):
    """A link that is followed more and more. `clicks` are those of the window before `looked_at`, `usual_clicks`
    those of a window in the hour before `started_at`, on average."""

    clicks = models.PositiveIntegerField(_("clicks"))
    usual_clicks = models.PositiveIntegerField(_("usual clicks"))
    looked_at = models.DateTimeField(_("looked at"))

    class Meta:
        verbose_name = _("trending link")
        verbose_name_plural = _("trending links")
        constraints = [models.UniqueConstraint(fields=["link"], condition=models.Q(ended_at=None), name="trending_one_open")]
        indexes = [
            # What trends now, most clicks first.
            models.Index(fields=["-clicks", "link"], condition=models.Q(ended_at=None), name="trending_now"),
            # Whether a link trended lately; clean-up.
            models.Index(fields=["link", "ended_at"], name="trending_lately"),
            models.Index(fields=["ended_at"], name="trending_ended", condition=~models.Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.started_at:%Y-%m-%d %H:%M}"


class TrafficAlert(Episode):
    """Unusually many clicks for this link. `hour` is the first such hour (UTC) and `last_hour` the latest; `clicks`
    are those of the busiest, `usual_clicks` the median of its hours before, `score` how many times the usual
    spread lies between the two."""

    hour = models.DateTimeField(_("hour"))
    last_hour = models.DateTimeField(_("last hour"))
    clicks = models.PositiveIntegerField(_("clicks"))
    usual_clicks = models.FloatField(_("usual clicks"))
    score = models.FloatField(_("score"))

    class Meta:
        verbose_name = _("traffic alert")
        verbose_name_plural = _("traffic alerts")
        constraints = [models.UniqueConstraint(fields=["link"], condition=models.Q(ended_at=None), name="alert_one_open")]
        indexes = [
            # The latest alert of a link.
            models.Index(fields=["link", "-hour"], name="alert_latest"),
            models.Index(fields=["ended_at"], name="alert_ended", condition=~models.Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.hour:%Y-%m-%d %H:%M}"
