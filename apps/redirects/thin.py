"""What Django needs in a process that serves short domains only: pages for visitors, so no
sessions, no log-in, no numbers of clicks. Each such process holds what it loads in memory."""

import sys
from typing import Any

from django.conf import settings

URLCONF = "shortener_project.urls_redirector"
MIDDLEWARE = [
    "apps.redirects.middleware.ShortDomainMiddleware",
    "apps.common.middleware.RequestIdMiddleware",
    "apps.common.middleware.ClientMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "apps.common.static.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
_LEFT_OUT = {
    "apps.analytics",
    "apps.analytics.trending",
    "apps.analytics.lifecycle",
    "shortener_project.embedded",
    "shortener_project.backoffice.BackOfficeConfig",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "clickhouse_backend",
    "django_countries",
    "django_htmx",
}
# What structlog loads, where it is installed, to paint tracebacks on a terminal.
_MODULES_LEFT_OUT = ("rich",)
# What the import system finds instead of a module that must not be imported.
_NOT_INSTALLED: Any = None


def narrow() -> None:
    """Take what short domains do not need out of the settings. To be called before `django.setup()`."""
    for name in _MODULES_LEFT_OUT:
        # Whoever can do without it takes it for not installed.
        sys.modules.setdefault(name, _NOT_INSTALLED)
    settings.ROOT_URLCONF = URLCONF
    settings.MIDDLEWARE = MIDDLEWARE
    settings.INSTALLED_APPS = [name for name in settings.INSTALLED_APPS if name not in _LEFT_OUT and not name.startswith("allauth")]
    settings.DATABASES = {"default": settings.DATABASES["default"]}
    settings.DATABASE_ROUTERS = []
