"""Links, the domains that they live on, and tags."""

from datetime import datetime
from enum import StrEnum

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User, Workspace
from apps.links import codes

DESTINATION_MAX_LENGTH = 8192


class Domain(models.Model):
    """A host that short links live on, with its port unless that is the scheme's own."""

    hostname = models.CharField(_("hostname"), max_length=260, unique=True)
    is_default = models.BooleanField(_("default"), default=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=models.Q(is_default=True), name="domain_one_default"),
            models.CheckConstraint(condition=models.Q(hostname=Lower("hostname")), name="domain_hostname_lower_case"),
        ]

    def __str__(self) -> str:
        return self.hostname


class Tag(models.Model):
    """A word that a workspace files its links under."""

    workspace = models.ForeignKey(Workspace, verbose_name=_("workspace"), on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(_("name"), max_length=50)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="tag_name_once_per_workspace")]

    def __str__(self) -> str:
        return self.name


class LinkState(StrEnum):
    """What a visitor meets at a link, from the most to the least final."""

    DELETED = "deleted"
    DISABLED = "disabled"
    EXPIRED = "expired"
    SCHEDULED = "scheduled"
    ACTIVE = "active"


class LinkQuerySet(models.QuerySet["Link", "Link"]):
    def not_deleted(self) -> "LinkQuerySet":
        """Links that their workspace still sees; soft-deleted ones are left out."""
        return self.filter(deleted_at=None)

    def for_rows(self) -> "LinkQuerySet":
        """With all that a row of a list shows, in two queries."""
        return self.select_related("domain").prefetch_related("tags")


class Link(models.Model):
    """A short link: domain and code lead to the destination URL."""

    domain = models.ForeignKey(Domain, verbose_name=_("domain"), on_delete=models.PROTECT, related_name="links")
    code = models.CharField(_("code"), max_length=codes.MAX_LENGTH, db_collation="C")
    destination_url = models.CharField(_("destination URL"), max_length=DESTINATION_MAX_LENGTH)
    workspace = models.ForeignKey(Workspace, verbose_name=_("workspace"), on_delete=models.CASCADE, related_name="links")
    owner = models.ForeignKey(User, verbose_name=_("owner"), null=True, on_delete=models.SET_NULL, related_name="links")
    title = models.CharField(_("title"), max_length=200, blank=True)
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), through="LinkTag", related_name="links", blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    # The first instant at which the link no longer leads anywhere.
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    # Set by the task that told the bus of the expiry, so that it is told once.
    expiry_announced_at = models.DateTimeField(_("expiry announced at"), null=True, blank=True, editable=False)
    # Clicks by people and bots alike, kept by click ingest.
    click_count = models.BigIntegerField(_("clicks"), default=0, editable=False)
    # Grows with every change; travels in events and cache entries, so that older never replaces newer.
    version = models.BigIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            # Deleted links keep their code: it must not come back to life with another destination.
            models.UniqueConstraint(fields=["domain", "code"], name="link_domain_code_unique"),
            models.CheckConstraint(condition=models.Q(code__regex=codes.PATTERN), name="link_code_form"),
            models.CheckConstraint(condition=models.Q(destination_url__regex=r"^https?://"), name="link_destination_web"),
            models.CheckConstraint(
                condition=models.Q(valid_from=None) | models.Q(expires_at=None) | models.Q(valid_from__lt=models.F("expires_at")),
                name="link_window_not_empty",
            ),
        ]
        indexes = [
            # The links list of a workspace, newest first.
            models.Index(fields=["workspace", "-created_at", "-id"], name="link_list", condition=models.Q(deleted_at=None)),
            # The task that announces expiry.
            models.Index(
                fields=["expires_at"],
                name="link_expiry_due",
                condition=models.Q(expiry_announced_at=None, deleted_at=None, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain_id}/{self.code}"

    def state_at(self, now: datetime) -> LinkState:
        """What a visitor meets at `now` (aware)."""
        if self.deleted_at is not None:
            return LinkState.DELETED
        if not self.is_active:
            return LinkState.DISABLED
        if self.expires_at is not None and self.expires_at <= now:
            return LinkState.EXPIRED
        if self.valid_from is not None and now < self.valid_from:
            return LinkState.SCHEDULED
        return LinkState.ACTIVE


class LinkTag(models.Model):
    """One tag on one link."""

    link = models.ForeignKey(Link, verbose_name=_("link"), on_delete=models.CASCADE)
    tag = models.ForeignKey(Tag, verbose_name=_("tag"), on_delete=models.CASCADE)

    class Meta:
        verbose_name = _("tag of a link")
        verbose_name_plural = _("tags of links")
        constraints = [models.UniqueConstraint(fields=["link", "tag"], name="link_tag_once")]

    def __str__(self) -> str:
        return f"{self.link_id} · {self.tag_id}"
