"""Settings of the test suite. tests/plugin.py has started the engines and set their URLs."""

import os
import tempfile
from pathlib import Path

from shortener_project.settings import env
from shortener_project.settings.base import *

SECRET_KEY = "only-for-tests-" + "x" * 40
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
if "VAR_DIR" not in os.environ:
    # Not among the figures of a product that runs from this folder.
    METRICS_DIR = Path(tempfile.gettempdir()) / "shortener-tests" / "metrics"
    JWT_KEYS_DIR = Path(tempfile.gettempdir()) / "shortener-tests" / "jwt"
# A pool would keep the test database open while the runner wants to drop it.
DATABASES["default"]["OPTIONS"].pop("pool")
# Nothing is collected for tests: static files are served from where they lie.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
# Nobody waits for an answer in tests but in those of its time.
EVEN_ANSWER_SECONDS = 0.0
# Budgets of queries are those of a page, not of the one request a minute that is noted.
SESSION_SEEN_SECONDS = 0
# All requests of the tests come from one address; those that need a limit set it.
RATE_LIMITS = {name: env.rate(f"RATE_LIMIT_{name.upper()}", default="0") for name in RATE_LIMITS}
