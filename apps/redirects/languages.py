"""In which language visitors are spoken to. They come from everywhere, so their pages have more
languages than the site's own: those in which all of them are translated."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import trans_real

SPOKEN: Final = ("en", "de")


@lru_cache(maxsize=1024)
def language_of(accept_language: str) -> str:
    """The first of the visitor's languages that is SPOKEN, in whatever country; the site's own if there is none."""
    for word, _quality in trans_real.parse_accept_lang_header(accept_language.lower()):
        if (language := word.partition("-")[0]) in SPOKEN:
            return language
    return str(settings.LANGUAGE_CODE)


def in_visitors_language(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view `view`, whose texts are in a language of the visitor's."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        language = language_of(request.headers.get("Accept-Language", ""))
        with translation.override(language):
            response = view(request, *args, **kwargs)
        response["Content-Language"] = language
        return response

    return spoken
