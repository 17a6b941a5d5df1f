"""The full site as a WSGI application, for servers that speak nothing else."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortener_project.settings.embedded")

application = get_wsgi_application()
