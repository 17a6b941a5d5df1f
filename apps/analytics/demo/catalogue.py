"""The links of the demo account, from the most to the least clicked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoLink:
    """`age_days` is how long ago it was made, `expired_days_ago` when it expired (0: it has not)."""

    code: str
    title: str
    destination_url: str
    tags: tuple[str, ...]
    age_days: int = 45
    expired_days_ago: int = 0
    is_disabled: bool = False
    # A third of its clicks come through the newsletter, on Tuesday mornings.
    in_newsletter: bool = False
    # Days ago at which much-read pages pointed to it (0: never).
    spike_days_ago: int = 0


_MAIL = "?utm_source=newsletter&utm_medium=email&utm_campaign=weekly"
_ADS = "?utm_source=google&utm_medium=cpc&utm_campaign=spring"

LINKS = (
    DemoLink("py-tutorial", "Python tutorial", "https://docs.python.org/3/tutorial/", ("docs", "python"), in_newsletter=True),
    DemoLink("hello-django", "Getting started with Django", "https://docs.djangoproject.com/en/5.2/intro/tutorial01/", ("docs", "python")),
    DemoLink("launch", "Launch announcement", "https://blog.mozilla.org/en/", ("campaign", "press"), age_days=21, spike_days_ago=19),
    DemoLink("spring", "Spring campaign", f"https://www.python.org/{_ADS}", ("campaign", "ads")),
    DemoLink("weekly", "Weekly digest", f"https://www.djangoproject.com/weblog/{_MAIL}", ("newsletter",), in_newsletter=True),
    DemoLink("http-guide", "HTTP, explained", "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Overview", ("docs", "web")),
    DemoLink("css-grid", "CSS grid guide", "https://developer.mozilla.org/en-US/docs/Web/CSS/Guides/Grid_layout", ("docs", "web")),
    DemoLink("pg-index", "PostgreSQL: indexes", "https://www.postgresql.org/docs/current/indexes.html", ("docs", "data")),
    DemoLink("podcast", "Podcast, episode 12", "https://talkpython.fm/", ("social",), spike_days_ago=8),
    DemoLink("careers", "Open positions", "https://www.python.org/jobs/", ("jobs",)),
    DemoLink("a11y", "Accessibility checklist", "https://www.w3.org/WAI/test-evaluate/preliminary/", ("docs", "web")),
    DemoLink("kafka", "Kafka in ten minutes", "https://kafka.apache.org/documentation/#gettingStarted", ("docs", "data")),
    DemoLink("columns", "Why column stores are fast", "https://clickhouse.com/docs/intro", ("docs", "data")),
    DemoLink("community", "Community forum", "https://forum.djangoproject.com/", ("community",), in_newsletter=True),
    DemoLink("slides", "Conference slides", "https://ep2025.europython.eu/", ("event",), age_days=28, spike_days_ago=26),
    DemoLink("bug", "Report a problem", "https://github.com/django/django/blob/main/CONTRIBUTING.rst", ("support",)),
    DemoLink("uptime", "Service status", "https://www.githubstatus.com/", ("support",)),
    DemoLink("webinar", "Webinar sign-up", "https://www.w3.org/events/", ("event", "campaign"), expired_days_ago=6),
    DemoLink("pseudonyms", "How we count visitors", "https://en.wikipedia.org/wiki/Pseudonymization", ("legal",)),
    DemoLink("flyer", "Flyer, trade fair", "https://www.wikipedia.org/?utm_source=flyer&utm_medium=print", ("print", "event")),
    DemoLink("poster-1", "Poster at the station", "https://www.openstreetmap.org/?utm_source=poster&utm_medium=print", ("print",)),
    DemoLink("redis-streams", "Redis streams", "https://redis.io/docs/latest/develop/data-types/streams/", ("docs", "data")),
    DemoLink("rfc9562", "RFC 9562: UUIDs", "https://www.rfc-editor.org/rfc/rfc9562.html", ("docs",)),
    DemoLink("style", "Style guide for Python code", "https://peps.python.org/pep-0008/", ("docs", "python")),
    DemoLink("typing", "Type hints cheat sheet", "https://mypy.readthedocs.io/en/stable/cheat_sheet_py3.html", ("docs", "python")),
    DemoLink("moon", "Picture of the day", "https://apod.nasa.gov/apod/astropix.html", ("social",), spike_days_ago=13),
    DemoLink("handbook", "Team handbook", "https://about.readthedocs.com/", ("team",)),
    DemoLink("coffee", "Where to get coffee", "https://en.wikipedia.org/wiki/Coffee", ("team", "social")),
    DemoLink("survey", "Reader survey", "https://www.surveymonkey.com/", ("campaign",), age_days=40, expired_days_ago=12),
    DemoLink("early-bird", "Early-bird tickets", "https://us.pycon.org/", ("event", "campaign"), expired_days_ago=17),
    DemoLink("htmx", "HTMX examples", "https://htmx.org/examples/", ("docs", "web")),
    DemoLink("svg", "SVG from scratch", "https://developer.mozilla.org/en-US/docs/Web/SVG/Tutorials", ("docs", "web"), age_days=14),
    DemoLink("owasp", "OWASP Top Ten", "https://owasp.org/www-project-top-ten/", ("docs", "security")),
    DemoLink("csp", "Content security policy", "https://content-security-policy.com/", ("docs", "security"), age_days=9),
    DemoLink("partner", "Partner page", "https://www.debian.org/partners/", ("campaign",), is_disabled=True),
    DemoLink("old-prices", "Prices of last year", "https://www.example.com/prices", ("campaign",), is_disabled=True),
    DemoLink("license", "The MIT licence", "https://opensource.org/license/mit", ("legal",)),
    DemoLink("unicode", "Unicode charts", "https://www.unicode.org/charts/", ("docs",)),
    DemoLink("timezones", "Time zone database", "https://www.iana.org/time-zones", ("docs", "data"), age_days=5),
    DemoLink("new", "What is new this week", "https://docs.python.org/3/whatsnew/", ("docs", "python"), age_days=2),
)
