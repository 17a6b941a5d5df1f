"""Inputs and buttons of the rules editor, which have ids made of positions."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def control(context: dict[str, Any], *parts: object) -> SafeString:
    """The attribute `id` of a control; the one that the editor sends the focus to takes it."""
    name = "-".join(map(str, parts))
    editor = context.get("editor")
    return format_html(' id="{}" autofocus' if editor is not None and editor.focus == name else ' id="{}"', name)


@register.inclusion_tag("links/_step.html", takes_context=True)
def step(context: dict[str, Any], value: str, *places: object) -> dict[str, Any]:
    """Attributes of a button that changes the rules: with scripts in place, otherwise by a new page."""
    return {"value": " ".join([value, *map(str, places)]), "address": context["request"].path}
