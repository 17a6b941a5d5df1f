"""Reading and writing of JSON that all rooms share."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Names fields that it does not know in place of passing them over: they are slips or hopes."""

    def to_internal_value(self, data: Any) -> Any:
        """Raises ValidationError."""
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := {str(name): [_("There is no such field.")] for name in data if name not in known}:
                raise serializers.ValidationError(unknown, code="unknown_field")
        return super().to_internal_value(data)
