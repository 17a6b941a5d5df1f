"""First path segments that can never be a short link."""

from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

# What an installation will want to keep for itself, besides what it routes today. Lower case.
KEPT = frozenset(
    """
    .well-known abuse account accounts admin administrator ads.txt analytics api app app-ads.txt apple-app-site-association
    apple-touch-icon-precomposed.png apple-touch-icon.png apps assets auth browserconfig.xml bulk callback cgi-bin config
    console cookies crossdomain.xml css dashboard domains embed error errors export favicon.ico favicon.svg files fonts graphql
    groups health healthz hooks humans.txt images img import index index.html js jwks keys legal link links live livez locale
    login logout mail manifest.json manifest.webmanifest media members metrics mfa moderation moderator null oauth oauth2 oidc
    openapi openapi.json passkeys password phishing ping postmaster preferences preview privacy profile public qr readyz
    redirect register report reports reset robots.txt root saml schema search security security.txt server-status
    service-worker.js settings setup signin signout signup site sitemap sitemap.xml socket sso static stats status sw.js
    swagger system tags terms token tos trust undefined unlock unsubscribe update upgrade upload user users verify webhook
    webhooks webmaster well-known workspace workspaces ws www
    """.split()  # noqa: SIM905 - a list literal would be twenty times as long
)


def is_reserved(segment: str) -> bool:
    """Whether `segment`, in any case, is kept: a page of the site begins with it, now or perhaps later."""
    name = segment.lower()
    return name in KEPT or name in routed_segments(settings.ROOT_URLCONF)


@cache
def routed_segments(urlconf: str) -> frozenset[str]:
    """First path segments of all pages of `urlconf`, and that of static files, in lower case.

    They are read from the URL configuration itself, so that no new page can be shadowed.
    """
    static = settings.STATIC_URL.strip("/").split("/")[0]
    names = {segment.lower() for segment in _first_segments(get_resolver(urlconf).url_patterns)}
    return frozenset(names | {static.lower()} - {""})


def _first_segments(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for entry in patterns:
        head, has_end = _literal_head(entry)
        if head and (has_end or isinstance(entry, URLPattern)):
            yield head
        elif isinstance(entry, URLResolver):
            yield from (head + rest for rest in _first_segments(entry.url_patterns))


def _literal_head(entry: URLPattern | URLResolver) -> tuple[str, bool]:
    """The fixed text up to the first slash, "" when it varies, and whether there is a slash."""
    route = str(entry.pattern)
    if isinstance(entry.pattern, RegexPattern):
        route = route.removeprefix("^").removesuffix("$").removesuffix(r"\Z").replace("\\.", ".")
    head, slash, _rest = route.partition("/")
    varies = not set(head).isdisjoint("<(*[\\+?|{")
    return ("" if varies else head), bool(slash)
