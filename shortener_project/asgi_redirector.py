"""Short domains only: redirects and the pages that take their place, without the site."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortener_project.settings.embedded")

django.setup(set_prefix=False)

# Imported late: they read settings and the app registry.
from django.conf import settings  # noqa: E402
from django.core.handlers.asgi import ASGIHandler  # noqa: E402

from apps.redirects import thin  # noqa: E402
from apps.redirects.asgi import RedirectApplication  # noqa: E402
from apps.redirects.redirector import get_redirector  # noqa: E402

# The only place that narrows the settings, before the handler reads them.
settings.ROOT_URLCONF = thin.URLCONF
settings.MIDDLEWARE = thin.MIDDLEWARE

application = RedirectApplication(ASGIHandler(), get_redirector())
