"""Texts that people agree to, and accounts that are about to be deleted."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.users import User


class ConsentText(models.Model):
    """One version of a text that whoever has an account agrees to. The latest of its kind is in force; none is ever edited."""

    class Kind(models.TextChoices):
        TERMS = "terms", _("Terms of use")
        PRIVACY = "privacy", _("Privacy policy")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # Grows by one with each text of the kind.
    version = models.PositiveIntegerField(_("version"))
    text = models.TextField(
        _("text"), max_length=100_000, help_text=_("An empty line begins a paragraph. Addresses of pages become links.")
    )
    published_at = models.DateTimeField(_("published at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("text to agree to")
        verbose_name_plural = _("texts to agree to")
        default_permissions = ("add", "view")
        constraints = [
            # With it the look-up of the texts in force.
            models.UniqueConstraint(fields=["kind", "version"], name="consent_text_version_once"),
            models.CheckConstraint(condition=models.Q(kind__in=["terms", "privacy"]), name="consent_text_known_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.version}"


class Consent(models.Model):
    """That a user has agreed to one version of a text."""

    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, verbose_name=_("text"), on_delete=models.PROTECT, related_name="consents")
    agreed_at = models.DateTimeField(_("agreed at"))
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["user", "text"], name="consent_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.text}"


class AccountDeletion(models.Model):
    """An account that its owner wants deleted. It is shut until then, and its owner may take that back."""

    user = models.OneToOneField(User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="deletion")
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("due at"))
    # Without it the account stays shut: for staff, who had shut it for other reasons.
    may_take_back = models.BooleanField(_("owner may take it back"), default=True)

    class Meta:
        verbose_name = _("account to be deleted")
        verbose_name_plural = _("accounts to be deleted")
        default_permissions = ("view", "change")
        constraints = [models.CheckConstraint(condition=models.Q(due_at__gte=models.F("asked_at")), name="account_deletion_due_later")]
        # The task that deletes what is due.
        indexes = [models.Index(fields=["due_at"], name="account_deletion_due")]

    def __str__(self) -> str:
        return str(self.user)
