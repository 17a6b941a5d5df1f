"""Short URLs as plain text, for shells."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer


class TextRenderer(BaseRenderer):
    """`short_url` of the answer on a line of its own; problems as the JSON that they are."""

    media_type = "text/plain"
    format = "txt"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> str:  # noqa: ARG002
        return f"{data['short_url']}\n" if "short_url" in data else json.dumps(data)
