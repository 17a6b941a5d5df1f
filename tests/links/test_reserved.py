from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, include, path, re_path
from pytest_django import Settings

from apps.links import codes
from apps.links.reserved import is_reserved, routed_segments
from tests.shared_data import shared_json


def page(request: object) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("", page),
    path("plain", page),
    path("Folder/<int:pk>/", page),
    path("<str:code>", page),
    path("pre", include([path("fix/x/", page), path("set", page)])),
    path("", include([path("inner/", page), re_path(r"^old\.html$", page)])),
    re_path(r"^legacy/(?P<pk>[0-9]+)/$", page),
    re_path(r"^(?P<rest>.*)$", page),
]


def test_first_segments_come_from_the_url_configuration() -> None:
    assert routed_segments(__name__) == {"plain", "folder", "prefix", "preset", "inner", "old.html", "legacy", "static"}


def test_a_routed_segment_is_reserved_in_any_case(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__

    assert is_reserved("folder")
    assert is_reserved("FOLDER")
    assert not is_reserved("folders")


def leaves(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from leaves(entry.url_patterns, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern)


def test_every_page_of_the_site_is_out_of_reach_of_codes() -> None:
    firsts = {route.lstrip("^").split("/")[0] for route in leaves(get_resolver(django_settings.ROOT_URLCONF).url_patterns)}
    fixed = {first for first in firsts if codes.is_code(first)}

    assert {"admin", "accounts"} <= fixed
    assert [first for first in fixed if not is_reserved(first)] == []


@pytest.mark.parametrize("name", ["admin", "API", "login", "robots.txt", "favicon.ico", ".well-known", "static", "graphql", "healthz"])
def test_names_that_installations_need_are_kept(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize("name", ["", "spring-sale", "a1B2c3D", "jobs", "administrators-handbook"])
def test_ordinary_words_are_free(name: str) -> None:
    assert not is_reserved(name)


def test_known_reserved_names_that_the_site_routes_are_reserved() -> None:
    known = {name.lower() for name in shared_json("reserved-names/reserved-usernames.json")}

    assert [name for name in known & routed_segments(django_settings.ROOT_URLCONF) if not is_reserved(name)] == []
    must = {
        "admin",
        "administrator",
        "api",
        "auth",
        "config",
        "login",
        "logout",
        "oauth",
        "password",
        "register",
        "root",
        "settings",
        "signup",
        "static",
    }
    assert must <= known
    assert [name for name in must if not is_reserved(name)] == []
