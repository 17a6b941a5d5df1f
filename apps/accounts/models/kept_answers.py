"""Answers to requests that may be repeated."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.users import User


class KeptAnswer(models.Model):
    """What a request with an `Idempotency-Key` was answered, so that the same request again gets the same answer and does nothing.

    Neither the key nor the request can be read from here.
    """

    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="+")
    # SHA-256 of the key and of the API key (id) that it came with: two programs of one user may choose the same.
    key_digest = models.BinaryField(max_length=32, editable=False)
    # What was asked for, under the key as the secret of an HMAC.
    fingerprint = models.BinaryField(max_length=32, editable=False)
    status = models.PositiveSmallIntegerField(default=0, editable=False)
    headers = models.JSONField(default=dict, editable=False)
    # JSON, as text: PostgreSQL's own type refuses some of what JSON can say.
    body = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        default_permissions = ()
        constraints = [
            # Finds the answer, and lets the second of two requests at once wait for the first.
            models.UniqueConstraint(fields=["user", "key_digest"], name="kept_answer_key"),
        ]
        indexes = [
            # The task that forgets old ones.
            models.Index(fields=["created_at"], name="kept_answer_age"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
