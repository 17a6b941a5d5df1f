"""The ways in: providers by which people can log in, and whether they can sign up."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.context import RequestContext

from apps.accounts.signup.rules import is_open

register = template.Library()


@register.simple_tag(takes_context=True)
def sign_in_providers(context: RequestContext) -> Sequence[Any]:
    """What the installation has set up, by settings."""
    # Every process looks at all libraries of tags when it starts, and those for short domains have no log-in.
    from allauth.socialaccount.adapter import get_adapter  # noqa: PLC0415

    found: Sequence[Any] = get_adapter().list_providers(context["request"])
    return found


@register.simple_tag(takes_context=True)
def sign_up_is_open(context: RequestContext) -> bool:
    """Whether whoever looks at the page may sign up."""
    return is_open(context["request"])
