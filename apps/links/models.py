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


class DomainQuerySet(models.QuerySet["Domain", "Domain"]):
    def serving(self) -> "DomainQuerySet":
        """Domains at which links are found: those of the installation, and the verified ones of workspaces."""
        return self.filter(models.Q(workspace=None) | models.Q(verified_at__isnull=False))


class Domain(models.Model):
    """A host that short links live on, with its port unless that is the scheme's own."""

    hostname = models.CharField(_("hostname"), max_length=260, unique=True)
    is_default = models.BooleanField(_("default"), default=False)
    # Empty: every workspace may make links here.
    workspace = models.ForeignKey(
        Workspace, verbose_name=_("workspace"), null=True, blank=True, on_delete=models.CASCADE, related_name="domains"
    )
    # What the owner writes into the DNS to show that the domain is theirs, and when that was seen.
    verification_token = models.CharField(_("verification token"), max_length=64, blank=True, editable=False)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    # When the DNS was last asked, and since when a verified domain's record has not been there.
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True, editable=False)
    record_missing_since = models.DateTimeField(_("record missing since"), null=True, blank=True, editable=False)
    root_url = models.CharField(_("root URL"), max_length=DESTINATION_MAX_LENGTH, blank=True)
    not_found_url = models.CharField(_("not-found URL"), max_length=DESTINATION_MAX_LENGTH, blank=True)
    expired_url = models.CharField(_("expired URL"), max_length=DESTINATION_MAX_LENGTH, blank=True)
    # `TEAMID.bundle.id` of each iOS app that opens this domain's links.
    apple_app_ids = models.JSONField(_("Apple app IDs"), default=list, blank=True)
    # `{"package": …, "fingerprints": [SHA-256 of the signing certificate, …]}` of each Android app.
    android_apps = models.JSONField(_("Android apps"), default=list, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = DomainQuerySet.as_manager()

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=models.Q(is_default=True), name="domain_one_default"),
            models.CheckConstraint(condition=models.Q(hostname=Lower("hostname")), name="domain_hostname_lower_case"),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{name: ""}) | models.Q(**{f"{name}__regex": r"^https?://"}), name=f"domain_{name}_web"
                )
                for name in ("root_url", "not_found_url", "expired_url")
            ),
        ]

    def __str__(self) -> str:
        return self.hostname

    @property
    def is_serving(self) -> bool:
        """Whether links are found here; see `DomainQuerySet.serving`."""
        return self.workspace_id is None or self.verified_at is not None


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
    BANNED = "banned"
    DISABLED = "disabled"
    EXPIRED = "expired"
    SCHEDULED = "scheduled"
    USED_UP = "used_up"
    ACTIVE = "active"


class RedirectStatus(models.IntegerChoices):
    """How a visitor is sent on. 307 and 308 keep the method, 301 and 308 may be remembered for good."""

    MOVED_PERMANENTLY = 301, "301"
    FOUND = 302, "302"
    TEMPORARY_REDIRECT = 307, "307"
    PERMANENT_REDIRECT = 308, "308"


class LinkQuerySet(models.QuerySet["Link", "Link"]):
    def not_deleted(self) -> "LinkQuerySet":
        """Links that their workspace still sees; soft-deleted ones are left out."""
        return self.filter(deleted_at=None)

    def for_rows(self) -> "LinkQuerySet":
        """With all that a row of a list shows, in three queries; of rules no more than that they are there
        and which share their visitors."""
        priorities = models.Prefetch("rules", RedirectRule.objects.only("link", "priority"))
        return self.select_related("domain").prefetch_related("tags", priorities)


class Link(models.Model):
    """A short link: domain and code lead to the destination URL."""

    domain = models.ForeignKey(Domain, verbose_name=_("domain"), on_delete=models.PROTECT, related_name="links")
    code = models.CharField(_("code"), max_length=codes.MAX_LENGTH, db_collation="C")
    destination_url = models.CharField(_("destination URL"), max_length=DESTINATION_MAX_LENGTH)
    workspace = models.ForeignKey(Workspace, verbose_name=_("workspace"), on_delete=models.CASCADE, related_name="links")
    owner = models.ForeignKey(User, verbose_name=_("owner"), null=True, on_delete=models.SET_NULL, related_name="links")
    title = models.CharField(_("title"), max_length=200, blank=True)
    # What the link is for, in the words of those who made it; visitors never see it.
    description = models.CharField(_("description"), max_length=1000, default="", db_default="", blank=True)
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), through="LinkTag", related_name="links", blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    # The first instant at which the link no longer leads anywhere.
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    redirect_status = models.PositiveSmallIntegerField(
        _("redirect status"), choices=RedirectStatus.choices, default=RedirectStatus.FOUND, db_default=RedirectStatus.FOUND
    )
    # How long a browser may keep the redirect without asking again (s); what it does then is not counted.
    cache_seconds = models.PositiveIntegerField(_("cache seconds"), default=0, db_default=0)
    forward_query = models.BooleanField(_("forward the query"), default=False, db_default=False)
    forward_path = models.BooleanField(_("forward the rest of the path"), default=False, db_default=False)
    # `utm_…` parameters that the destination gets unless the visitor's query or the URL has them.
    utm = models.JSONField(_("UTM defaults"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    max_clicks = models.PositiveBigIntegerField(_("max clicks"), null=True, blank=True)
    # Redirects given away under `max_clicks`, counted by the redirector itself.
    redirects_used = models.PositiveBigIntegerField(_("redirects used"), default=0, db_default=0, editable=False)
    password_hash = models.CharField(_("password"), max_length=256, default="", db_default="", blank=True, editable=False)
    # Whether search engines may follow the link.
    is_crawlable = models.BooleanField(_("crawlable"), default=False, db_default=False)
    # Taken out of service by a moderator.
    banned_at = models.DateTimeField(_("banned at"), null=True, blank=True, editable=False)
    ban_reason = models.CharField(_("ban reason"), max_length=500, default="", db_default="", blank=True)
    # Visitors are warned before they go on.
    flagged_at = models.DateTimeField(_("flagged at"), null=True, blank=True, editable=False)
    flag_reason = models.CharField(_("flag reason"), max_length=500, default="", db_default="", blank=True)
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
            models.CheckConstraint(condition=models.Q(redirect_status__in=RedirectStatus.values), name="link_redirect_status"),
            models.CheckConstraint(condition=models.Q(max_clicks=None) | models.Q(max_clicks__gte=1), name="link_max_clicks_positive"),
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
        if self.banned_at is not None:
            return LinkState.BANNED
        if not self.is_active:
            return LinkState.DISABLED
        if self.expires_at is not None and self.expires_at <= now:
            return LinkState.EXPIRED
        if self.valid_from is not None and now < self.valid_from:
            return LinkState.SCHEDULED
        return LinkState.USED_UP if self.is_used_up else LinkState.ACTIVE

    @property
    def is_used_up(self) -> bool:
        """Whether all redirects that `max_clicks` allows have been given away."""
        return self.max_clicks is not None and self.redirects_used >= self.max_clicks


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


class Alias(models.Model):
    """A code that a link had before it got another one; it goes on leading there."""

    domain = models.ForeignKey(Domain, verbose_name=_("domain"), on_delete=models.PROTECT, related_name="aliases")
    code = models.CharField(_("code"), max_length=codes.MAX_LENGTH, db_collation="C")
    link = models.ForeignKey(Link, verbose_name=_("link"), on_delete=models.CASCADE, related_name="aliases")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        constraints = [
            # That no link has the code of an alias is kept by triggers (migration 0003).
            models.UniqueConstraint(fields=["domain", "code"], name="alias_domain_code_unique"),
            models.CheckConstraint(condition=models.Q(code__regex=codes.PATTERN), name="alias_code_form"),
        ]

    def __str__(self) -> str:
        return f"{self.domain_id}/{self.code}"


class QrLogo(models.Model):
    """A picture that somebody has put into a QR code, kept for the next ones."""

    owner = models.ForeignKey(User, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="qr_logos")
    name = models.CharField(_("name"), max_length=100)
    # A PNG, as apps.links.qr.fitted_logo makes it, and its SHA-256 in hexadecimal digits.
    data = models.BinaryField(_("picture"))
    digest = models.CharField(_("digest"), max_length=64)
    chosen_at = models.DateTimeField(_("chosen at"))

    class Meta:
        verbose_name = _("logo of QR codes")
        verbose_name_plural = _("logos of QR codes")
        constraints = [models.UniqueConstraint(fields=["owner", "digest"], name="qr_logo_once_per_owner")]

    def __str__(self) -> str:
        return self.name


class RedirectRule(models.Model):
    """Where some visitors of a link go instead of its destination.

    Of the first priority at which the conditions of a rule hold, the rules that hold share the
    visitors by weight; when none holds anywhere, the link's own destination is meant.
    """

    link = models.ForeignKey(Link, verbose_name=_("link"), on_delete=models.CASCADE, related_name="rules")
    # Smaller comes first.
    priority = models.PositiveSmallIntegerField(_("priority"))
    # All must hold; none means: everybody. Their form is that of apps.links.conditions.
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    destination_url = models.CharField(_("destination URL"), max_length=DESTINATION_MAX_LENGTH)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)

    class Meta:
        verbose_name = _("redirect rule")
        verbose_name_plural = _("redirect rules")
        ordering = ["priority", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(destination_url__regex=r"^https?://"), name="rule_destination_web"),
            models.CheckConstraint(condition=models.Q(weight__range=(1, 1000)), name="rule_weight_range"),
        ]
        # The rules of a link in their order.
        indexes = [models.Index(fields=["link", "priority", "id"], name="rule_of_link")]

    def __str__(self) -> str:
        return f"{self.link_id} · {self.priority}"


# What lists are read from and searches are made in belongs to this app, too; Django finds models here.
from apps.links.importing.models import ImportJob, ImportRow  # noqa: E402, F401 - they name nothing of this module
from apps.links.listed.models import ClickedLink, ListedLink  # noqa: E402, F401 - they name nothing of this module
from apps.links.search.postgresql.models import SearchText, SearchWord  # noqa: E402, F401 - they name nothing of this module
