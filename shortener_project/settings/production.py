"""Settings of a public installation: nothing has a default that would be unsafe there."""

from django.core.exceptions import ImproperlyConfigured

from shortener_project.settings.base import *
from shortener_project.settings.base import DEBUG, PUBLIC_URL, SECRET_KEY

if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY (or SECRET_KEY_FILE): set it to 50 random characters")
if not PUBLIC_URL.startswith("https://"):
    raise ImproperlyConfigured("PUBLIC_URL: a public installation needs an https:// address")
if DEBUG:
    raise ImproperlyConfigured("DEBUG: must be off in production")
