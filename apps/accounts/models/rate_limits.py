"""Limits in place of those in settings."""

from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.api_keys import ApiKey
from apps.accounts.models.users import User
from apps.common.ratelimit.limits import MAX_CAPACITY, MAX_SECONDS, VISITOR_CLASSES, EndpointClass, RateLimit


class RateLimitPolicy(models.Model):
    """A limit that holds in place of the setting's: for one API key, one user, one group, or, with none of them, for everybody.

    Of those that fit, the key's counts before the user's, that before the groups', and that before everybody's
    (`apps.accounts.limits`).
    """

    # What each class covers stands at its setting; the words are few and their set is in code.
    endpoint_class = models.CharField(
        _("kind of requests"),
        max_length=32,
        choices=[
            (EndpointClass.REDIRECT.value, _("Redirects")),
            (EndpointClass.UNKNOWN_CODE.value, _("Unknown codes")),
            (EndpointClass.PASSWORD.value, _("Passwords of links")),
            (EndpointClass.WEB_WRITE.value, _("Changes on the site")),
            (EndpointClass.API.value, _("API")),
            (EndpointClass.CREATE.value, _("Making links, by site and API")),
            (EndpointClass.LOG_IN.value, _("Log-in, by address")),
            (EndpointClass.LOG_IN_ACCOUNT.value, _("Log-in, by account and address")),
            (EndpointClass.SIGN_UP.value, _("Sign-up, by address")),
        ],
    )
    user = models.ForeignKey(
        User, verbose_name=_("user"), null=True, blank=True, on_delete=models.CASCADE, related_name="rate_limit_policies"
    )
    group = models.ForeignKey(
        Group, verbose_name=_("group"), null=True, blank=True, on_delete=models.CASCADE, related_name="rate_limit_policies"
    )
    api_key = models.ForeignKey(
        ApiKey, verbose_name=_("API key"), null=True, blank=True, on_delete=models.CASCADE, related_name="rate_limit_policies"
    )
    capacity = models.PositiveIntegerField(
        _("requests"), validators=[MaxValueValidator(MAX_CAPACITY)], help_text=_("As many at once; 0 for no limit.")
    )
    per_seconds = models.PositiveIntegerField(
        _("seconds"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_SECONDS)],
        help_text=_("As many again in the course of so many seconds."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("rate limit")
        verbose_name_plural = _("rate limits")
        constraints = [
            # One limit for each; with it the look-up of apps.accounts.limits.
            models.UniqueConstraint(
                fields=["endpoint_class", "user", "group", "api_key"],
                nulls_distinct=False,
                name="rate_limit_policy_once",
                violation_error_message=_("There is such a limit already."),
            ),
            models.CheckConstraint(
                condition=models.Q(user=None, group=None) | models.Q(user=None, api_key=None) | models.Q(group=None, api_key=None),
                name="rate_limit_policy_one_subject",
                violation_error_message=_("Choose a user, a group or an API key, and only one of them."),
            ),
            # Nobody is known there yet.
            models.CheckConstraint(
                condition=~models.Q(endpoint_class__in=[name.value for name in VISITOR_CLASSES])
                | models.Q(user=None, group=None, api_key=None),
                name="rate_limit_policy_visitors",
                violation_error_message=_("Nobody is logged in there: choose neither user nor group nor API key."),
            ),
            # Keys are for the API alone.
            models.CheckConstraint(
                condition=~models.Q(endpoint_class=EndpointClass.WEB_WRITE.value) | models.Q(api_key=None),
                name="rate_limit_policy_keys",
                violation_error_message=_("API keys do not use the pages of the site: choose no API key."),
            ),
            models.CheckConstraint(condition=models.Q(capacity__lte=MAX_CAPACITY), name="rate_limit_policy_capacity"),
            models.CheckConstraint(condition=models.Q(per_seconds__range=(1, MAX_SECONDS)), name="rate_limit_policy_seconds"),
        ]

    def __str__(self) -> str:
        return f"{self.get_endpoint_class_display()} · {self.applies_to}"

    @property
    def applies_to(self) -> str:
        """Whose limit it is, for people."""
        return str(self.api_key or self.user or self.group or _("everybody"))

    @property
    def limit(self) -> RateLimit | None:
        """The limit to go by; None for no limit."""
        return RateLimit(self.endpoint_class, self.capacity, self.per_seconds) if self.capacity else None
