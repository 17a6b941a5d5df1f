"""Providers by which people can log in."""

from collections.abc import Sequence
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from django import template
from django.template.context import RequestContext

register = template.Library()


@register.simple_tag(takes_context=True)
def sign_in_providers(context: RequestContext) -> Sequence[Any]:
    """What the installation has set up, by settings."""
    found: Sequence[Any] = get_adapter().list_providers(context["request"])
    return found
