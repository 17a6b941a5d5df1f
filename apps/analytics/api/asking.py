"""What the query of an address asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _
from rest_framework import serializers

from apps.analytics.periods import Period
from apps.analytics.ranges import DEFAULT, RANGES, read_choice
from apps.common.api.serializers import StrictSerializer

_BUCKETS = ("hour", "day", "week", "month")


class PeriodSerializer(StrictSerializer):
    """`range`, or days of one's own `from` and `to`, both included; `by` what they are cut into, at the clocks of `timezone`."""

    range = serializers.ChoiceField(choices=[chosen.name for chosen in RANGES], default=DEFAULT)
    by = serializers.ChoiceField(choices=_BUCKETS, required=False)
    bots = serializers.BooleanField(default=False)
    timezone = serializers.CharField(max_length=100, default="UTC")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # “from” is a word of Python's.
        days = {name: serializers.DateField(required=False) for name in ("from", "to")}
        return {**super().get_fields(), **days}

    def validate_timezone(self, name: str) -> str:
        if name not in available_timezones():
            raise serializers.ValidationError(_("This is no time zone; they have names such as Europe/Berlin."))
        return name


class WorkspacePeriodSerializer(PeriodSerializer):
    # The one that links of whoever asks go to, where it is left out.
    workspace = serializers.UUIDField(default=None, allow_null=True)


class TrendingSerializer(StrictSerializer):
    workspace = serializers.UUIDField(default=None, allow_null=True)


@dataclass(frozen=True, slots=True)
class Asked:
    period: Period
    include_bots: bool
    workspace: UUID | None = None


def read(kind: type[PeriodSerializer], query: Mapping[str, str], *, now: datetime) -> Asked:
    """Raises ValidationError, also for a period that cannot be cut as is asked."""
    found = kind(data=query)
    found.is_valid(raise_exception=True)
    values = found.validated_data
    zone = ZoneInfo(values["timezone"])
    choice = read_choice(
        {name: str(values[name]) for name in ("range", "from", "to", "by") if name in values}, today=now.astimezone(zone).date()
    )
    if choice.error:
        raise serializers.ValidationError({"from": [choice.error]})
    if values.get("by", choice.bucket) != choice.bucket:
        message = _("This period can be cut into: %(buckets)s.") % {"buckets": ", ".join(choice.range.buckets())}
        raise serializers.ValidationError({"by": [message]})
    return Asked(choice.period(now=now, tz=zone), values["bots"], values.get("workspace"))
