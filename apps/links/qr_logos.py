"""Logos that people put into QR codes: the last few are kept, so that they need not be sent again."""

import hashlib
from datetime import datetime
from pathlib import PurePath
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.policy import Actor
from apps.links import qr
from apps.links.models import QrLogo

MAX_LOGOS: Final = 5
_NAME_MAX_LENGTH = 100


def kept_logos(actor: Actor) -> QuerySet[QrLogo]:
    """Those of `actor`, the latest first; the picture of each is read when it is asked for."""
    return QrLogo.objects.filter(owner=actor.pk).defer("data").order_by("-chosen_at", "-pk")


@transaction.atomic
def keep_logo(*, actor: Actor, name: str, data: bytes, now: datetime) -> QrLogo:
    """The PNG `data` kept for `actor` under the name of its file, in place of the one that was chosen
    longest ago when there are too many. Raises QrError when it can be no logo."""
    fitted = qr.fitted_logo(data)
    values = {"name": PurePath(name).stem[:_NAME_MAX_LENGTH] or "logo", "data": fitted, "chosen_at": now}
    logo, _is_new = QrLogo.objects.update_or_create(owner_id=actor.pk, digest=hashlib.sha256(fitted).hexdigest(), defaults=values)
    QrLogo.objects.filter(owner=actor.pk).exclude(pk__in=kept_logos(actor).values("pk")[:MAX_LOGOS]).delete()
    return logo
