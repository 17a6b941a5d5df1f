"""Addresses of a link's pages, and what tests read from answers."""

from typing import Protocol

from django.urls import reverse

from apps.links.models import Link

LIST = reverse("links:list")
CREATE = reverse("links:create")
CHECK_CODE = reverse("links:check_code")
# What htmx sends when it asks for a fragment; the target is an element's id.
HTMX = {"hx-request": "true"}


class Answer(Protocol):
    """What a test's client returns."""

    @property
    def content(self) -> bytes: ...


def page_of(link: Link, name: str = "analytics:link") -> str:
    return reverse(name, args=[link.domain.hostname, link.code])


def text_of(answer: Answer) -> str:
    return answer.content.decode()


def fragment(target: str) -> dict[str, str]:
    """Headers of a request that will replace the element with the id `target`."""
    return {**HTMX, "hx-target": target}
