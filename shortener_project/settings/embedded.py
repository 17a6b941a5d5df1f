"""Default settings: every part without a URL variable is an engine started by `manage.py up`."""

from django.core.management.utils import get_random_secret_key

from shortener_project.embedded import wiring
from shortener_project.settings.base import *
from shortener_project.settings.base import SECRET_KEY as CONFIGURED_SECRET_KEY
from shortener_project.settings.base import VAR_DIR

# Before the first `manage.py up` has written one, commands such as `check` run with a key that
# lives as long as their process.
SECRET_KEY = CONFIGURED_SECRET_KEY or wiring.read_secret(VAR_DIR, "secret_key") or get_random_secret_key()
