"""What Django needs in a process that serves short domains only: pages for visitors, so no
sessions, no log-in and no forms."""

URLCONF = "shortener_project.urls_redirector"
MIDDLEWARE = [
    "apps.common.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "apps.common.static.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
