"""Texts that whoever has an account agrees to, and who has agreed to which version."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.context import current
from apps.accounts.audit.recording import Entry, record_all
from apps.accounts.audit.values import kept_address
from apps.accounts.models import Consent, ConsentText, User

# In the session: that the user has to agree to something before anything else.
SESSION_KEY: Final = "consent_due"


def texts_in_force() -> Sequence[ConsentText]:
    """The latest text of each kind, without what it says; one query."""
    return list(ConsentText.objects.defer("text").order_by("kind", "-version").distinct("kind"))


def text_in_force(kind: str) -> ConsentText | None:
    """The latest text of a kind."""
    return ConsentText.objects.filter(kind=kind).order_by("-version").first()


def texts_to_agree_to(user: User) -> Sequence[ConsentText]:
    """Texts in force that `user` has not agreed to; one query while there are no texts, else two."""
    texts = texts_in_force()
    agreed = set(Consent.objects.filter(user=user, text__in=texts).values_list("text_id", flat=True)) if texts else set()
    return [text for text in texts if text.pk not in agreed]


@transaction.atomic
def agree(*, user: User, texts: Iterable[ConsentText], now: datetime) -> None:
    """Note that `user` agrees to `texts`, from the address of the present request; once for each."""
    address = kept_address(current().address)
    wanted = [Consent(user=user, text=text, agreed_at=now, address=address) for text in texts]
    known = set(Consent.objects.filter(user=user).values_list("text_id", flat=True))
    new = [consent for consent in wanted if consent.text_id not in known]
    Consent.objects.bulk_create(new, ignore_conflicts=True)
    record_all(
        [
            Entry(
                action=AuditAction.CONSENT_GIVEN,
                actor=user,
                target=user,
                after={"text": consent.text.kind, "version": consent.text.version},
            )
            for consent in new
        ]
    )


@transaction.atomic
def publish(*, text: ConsentText) -> ConsentText:
    """Store a new `text` as the next version of its kind: from now on it is the one in force."""
    latest = ConsentText.objects.filter(kind=text.kind).aggregate(latest=Max("version"))["latest"]
    text.version = (latest or 0) + 1
    text.save(force_insert=True)
    return text


def note_at_login(*, request: HttpRequest | None, user: Any, **_kwargs: Any) -> None:
    """Receiver of Django's `user_logged_in`: has the pages ask who has something to agree to."""
    session = getattr(request, "session", None)
    if session is not None and isinstance(user, User) and texts_to_agree_to(user):
        session[SESSION_KEY] = True
