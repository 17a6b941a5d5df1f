"""What is kept of an import: how far it is, and what became of each row."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User, Workspace


class JobState(models.TextChoices):
    CHECKING = "checking", _("Checking")
    CHECKED = "checked", _("Checked")
    IMPORTING = "importing", _("Importing")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Stopped")


class OnClash(models.TextChoices):
    """What becomes of a row whose code is taken or cannot be had."""

    SKIP = "skip", _("Leave the row out")
    RENAME = "rename", _("Give the new link another code")
    UPDATE = "update", _("Change the link that is there, if it is this workspace’s")


class Outcome(models.TextChoices):
    CREATED = "created", _("New link")
    UPDATED = "updated", _("Changed")
    UNCHANGED = "unchanged", _("There already")
    SKIPPED = "skipped", _("Left out")
    REFUSED = "refused", _("Refused")


RUNNING = (JobState.CHECKING, JobState.IMPORTING)


class ImportJob(models.Model):
    """One file of links on its way into a workspace: first looked through, then, if wanted, imported."""

    public_id = models.UUIDField(_("public ID"), default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, verbose_name=_("workspace"), on_delete=models.CASCADE, related_name="import_jobs")
    owner = models.ForeignKey(User, verbose_name=_("owner"), null=True, on_delete=models.SET_NULL, related_name="import_jobs")
    # Where links go whose host is none of the workspace's domains; the only domain when `is_bound`.
    domain = models.ForeignKey("links.Domain", verbose_name=_("domain"), on_delete=models.CASCADE, related_name="import_jobs")
    is_bound = models.BooleanField(_("bound to the domain"), default=False)
    # Whether rows with other hosts go to `domain`; they are refused otherwise.
    takes_other_hosts = models.BooleanField(_("takes other hosts"), default=True)
    name = models.CharField(_("file name"), max_length=200)
    format = models.CharField(_("format"), max_length=20)
    on_clash = models.CharField(_("on a clash"), max_length=10, choices=OnClash.choices, default=OnClash.SKIP)
    state = models.CharField(_("state"), max_length=10, choices=JobState.choices)
    # Bytes of the file, and rows of it when it has been read to its end.
    size = models.PositiveBigIntegerField(_("size"))
    total = models.PositiveBigIntegerField(_("rows"), null=True, blank=True)
    # Rows dealt with in the present state; moves in the transaction of their links.
    position = models.PositiveBigIntegerField(_("position"), default=0)
    # Rows by Outcome.
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    # Why it failed, in a sentence.
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"))
    # Of the present state: when somebody last worked on it, and when it ended.
    touched_at = models.DateTimeField(_("touched at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.UniqueConstraint(fields=["workspace"], condition=models.Q(state__in=RUNNING), name="import_one_running"),
        ]
        indexes = [
            # The imports of a workspace, newest first.
            models.Index(fields=["workspace", "-created_at", "-id"], name="import_list"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    @property
    def percent(self) -> int:
        """Of its rows, how many have been dealt with; 0 as long as nobody knows how many there are."""
        return min(100, 100 * self.position // self.total) if self.total else 0


class ImportRow(models.Model):
    """What became of one row of the file, or would become of it; kept until newer imports take the place."""

    job = models.ForeignKey(ImportJob, verbose_name=_("import"), on_delete=models.CASCADE, related_name="rows")
    # Line of the file on which the row begins; its number where the file has no lines.
    line = models.PositiveBigIntegerField(_("line"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    # As it is in the file, and what it became or could become.
    code = models.CharField(_("code"), max_length=200, blank=True)
    new_code = models.CharField(_("new code"), max_length=200, blank=True)
    destination_url = models.CharField(_("destination URL"), max_length=200, blank=True)
    # Stable code of what is wrong, if anything; and sentences.
    problem = models.CharField(_("problem"), max_length=50, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        indexes = [
            # The report, in the order of the file.
            models.Index(fields=["job", "id"], name="import_report"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}:{self.line}"
