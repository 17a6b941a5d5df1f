"""Short domains only: redirects and the pages that take their place, without the site."""

import os

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortener_project.settings.embedded")

from apps.redirects import thin

thin.narrow()
if not apps.ready:
    django.setup(set_prefix=False)

# Imported late: they read settings and the app registry.
from django.core.handlers.asgi import ASGIHandler  # noqa: E402

from apps.redirects.asgi import RedirectApplication  # noqa: E402
from apps.redirects.redirector import get_redirector  # noqa: E402

application = RedirectApplication(ASGIHandler(), get_redirector())
