"""The full site as an ASGI application, short links in front of it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortener_project.settings.embedded")

django = get_asgi_application()

# Imported late: the redirector reads settings and the app registry.
from apps.redirects.asgi import RedirectApplication  # noqa: E402
from apps.redirects.redirector import get_redirector  # noqa: E402

application = RedirectApplication(django, get_redirector())
