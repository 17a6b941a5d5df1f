"""Settings common to every way of running. Values come from the environment (see .env.example)."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from shortener_project.embedded import wiring
from shortener_project.settings import connections, env, passwords
from shortener_project.settings.env import BASE_DIR, secret

VAR_DIR = Path(env.text("VAR_DIR", default=str(BASE_DIR / "var"))).absolute()
PORT = env.integer("PORT", default=8000)

# Scheme and host at which people reach this installation; mails and short links are built from it.
PUBLIC_URL = env.text("PUBLIC_URL", default=f"http://localhost:{PORT}").rstrip("/")
_public = urlsplit(PUBLIC_URL)
# Host (with port unless it is the scheme's own) of the default short domain.
SHORT_DOMAIN = env.text("SHORT_DOMAIN", default=_public.netloc).lower()
_is_https = _public.scheme == "https"

DEBUG = env.boolean("DEBUG", default=False)
SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = sorted(
    {"localhost", "127.0.0.1", "[::1]", _public.hostname or "localhost", SHORT_DOMAIN.split(":")[0]} | set(env.words("ALLOWED_HOSTS"))
)

INSTALLED_APPS = [
    "apps.common",
    "apps.events",
    "apps.accounts",
    "apps.links",
    "apps.redirects",
    "apps.analytics",
    "apps.analytics.trending",
    "apps.analytics.lifecycle",
    "shortener_project.embedded",
    "shortener_project.backoffice.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "clickhouse_backend",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_countries",
    "django_htmx",
]

MIDDLEWARE = [
    "apps.common.middleware.HealthMiddleware",
    "apps.redirects.middleware.ShortDomainMiddleware",
    "apps.common.middleware.RequestIdMiddleware",
    "apps.common.middleware.ClientMiddleware",
    "apps.accounts.audit.middleware.AuditOriginMiddleware",
    "apps.common.api.caching.PrivateAnswersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "apps.common.static.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.privacy.middleware.ConsentMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.accounts.even_answers.EvenAnswersMiddleware",
    "apps.accounts.form_limits.FormLimitsMiddleware",
    "apps.accounts.sessions.middleware.SessionSeenMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.common.timezones.ViewerTimezoneMiddleware",
    "apps.common.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "shortener_project.urls"
ASGI_APPLICATION = "shortener_project.asgi.application"
WSGI_APPLICATION = "shortener_project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "apps.common.context_processors.site",
                "apps.accounts.context_processors.accounts",
            ],
        },
    },
]

# -- engines: a URL variable replaces the embedded part -------------------------------------------

_embedded = wiring.embedded_urls(VAR_DIR)
DATABASE_URL = secret("DATABASE_URL")
REDIS_URL = connections.redis(secret("REDIS_URL") or _embedded.redis)
CLICKHOUSE_URL = secret("CLICKHOUSE_URL")
# Name of the cluster, in its servers' configuration, of which CLICKHOUSE_URL is a server.
CLICKHOUSE_CLUSTER = env.text("CLICKHOUSE_CLUSTER", default="")
if CLICKHOUSE_CLUSTER and not CLICKHOUSE_URL:
    raise ImproperlyConfigured("CLICKHOUSE_CLUSTER: needs CLICKHOUSE_URL, the URL of one of the cluster's servers")
# Names of the URL variables in force whose part is embedded, in the order of the start banner.
EMBEDDED_PARTS = [name for name in ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL") if not secret(name)]

DATABASES = {
    "default": connections.postgresql(DATABASE_URL or _embedded.database),
    "clickhouse": connections.clickhouse(CLICKHOUSE_URL or _embedded.clickhouse, cluster=CLICKHOUSE_CLUSTER),
}
DATABASE_ROUTERS = ["shortener_project.routers.ClickHouseRouter"]

CACHES = {
    "default": {
        "BACKEND": "apps.common.cache.DegradingCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 2, "FALLBACK": "memory"},
    },
    # Copies of what the database has. A session that ends while Redis is away must not live on in it for long.
    "sessions": {
        "BACKEND": "apps.common.cache.DegradingCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "session",
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 2, "FALLBACK": "none", "MAX_TIMEOUT": 60},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_CACHE_ALIAS = "sessions"

CELERY_BROKER_URL = connections.celery_broker(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": "celery:"}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "check-domains": {"task": "links.check_domains", "schedule": 600.0},
    "follow-lists": {"task": "links.follow_lists", "schedule": 30.0},
    "look-after-imports": {"task": "links.look_after_imports", "schedule": 60.0},
    "announce-expired-links": {"task": "links.announce_expired_links", "schedule": 60.0},
    "mend-search-texts": {"task": "links.mend_search_texts", "schedule": 3600.0},
    "warm-popular-links": {"task": "analytics.warm_popular_links", "schedule": 300.0},
    "look-again-at-trending-links": {"task": "trending.look_again", "schedule": 60.0},
    "watch-traffic": {"task": "trending.watch_traffic", "schedule": 60.0},
    "erase-clicks-of-purged-links": {"task": "lifecycle.erase_purged", "schedule": 300.0},
    "delete-due-accounts": {"task": "accounts.delete_due_accounts", "schedule": 3600.0},
    "erase-deleted-workspaces": {"task": "accounts.erase_deleted_workspaces", "schedule": 300.0},
    "purge-api-keys": {"task": "accounts.purge_api_keys", "schedule": 86400.0},
    "purge-token-families": {"task": "accounts.purge_token_families", "schedule": 86400.0},
    "purge-kept-answers": {"task": "accounts.purge_kept_answers", "schedule": 3600.0},
    "purge-audit-log": {"task": "accounts.purge_audit_log", "schedule": 86400.0},
    "purge-published-outbox": {"task": "events.purge_published_outbox", "schedule": 3600.0},
    "purge-producer-sequences": {"task": "events.purge_producer_sequences", "schedule": 86400.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "run" / "celerybeat-schedule")

# -- links ----------------------------------------------------------------------------------------

# Characters of a generated code.
CODE_LENGTH = env.integer("CODE_LENGTH", default=7)
# Characters of a destination URL, as typed and as stored; never more than 8192.
DESTINATION_MAX_LENGTH = env.integer("DESTINATION_MAX_LENGTH", default=2048)
# Whether links may lead to hosts that only a private network knows: localhost, 10.0.0.1, wiki.local.
ALLOW_PRIVATE_DESTINATIONS = env.boolean("ALLOW_PRIVATE_DESTINATIONS", default=False)
# Files on their way in or out; workers and web processes share the folder.
STORAGE_DIR = VAR_DIR / "storage"
# One file of links at most: bytes, and links.
IMPORT_MAX_BYTES = env.integer("IMPORT_MAX_BYTES", default=200 * 1024 * 1024)
IMPORT_MAX_LINKS = env.integer("IMPORT_MAX_LINKS", default=1_000_000)
FILE_UPLOAD_HANDLERS = [
    "apps.common.uploads.BoundedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Name servers (address or address:port) that are asked whose a domain is; none: those of the system.
DNS_SERVERS = env.words("DNS_SERVERS")
# Name servers (address or address:port) that are asked whose a domain is; none: those of the system.
DNS_SERVERS = env.words("DNS_SERVERS")

# -- events ---------------------------------------------------------------------------------------

# Consumer groups by name; `manage.py consume` runs all of them or those named.
CONSUMER_GROUPS = {
    "click-ingest": "apps.analytics.consumers.ClickIngest",
    "orphan-ingest": "apps.analytics.orphan_ingest.OrphanIngest",
    "trending": "apps.analytics.trending.consumers.TrendingLinks",
    "cache-warmer": "apps.redirects.consumers.CacheWarmer",
    "link-cache": "apps.redirects.consumers.LinkCacheInvalidation",
    "search-texts": "apps.links.search.consumers.SearchTexts",
}
# Kafka's brokers (host:port, comma-separated); without any the bus is on Redis.
KAFKA_BOOTSTRAP_SERVERS = env.words("KAFKA_BOOTSTRAP_SERVERS")
EVENT_BUS = "apps.events.kafka_bus.KafkaBus" if KAFKA_BOOTSTRAP_SERVERS else "apps.events.redis_streams.RedisStreamsBus"
# Put before the names of topics and groups, where installations share brokers.
KAFKA_PREFIX = env.text("KAFKA_PREFIX", default="")
# Copies of each topic (0: as many as the brokers make by default), and days that events are kept.
KAFKA_REPLICATION = env.integer("KAFKA_REPLICATION", default=0, minimum=0)
KAFKA_RETENTION_DAYS = env.integer("KAFKA_RETENTION_DAYS", default=30)
# Of single topics: topic.option=number, comma-separated; options are partitions, replication, retention_days.
KAFKA_TOPIC_OPTIONS = connections.kafka_topics(env.words("KAFKA_TOPIC_OPTIONS"))
KAFKA_SECURITY = connections.kafka_security(
    user=env.text("KAFKA_USER", default=""),
    password=secret("KAFKA_PASSWORD"),
    mechanism=env.choice("KAFKA_SASL_MECHANISM", default="SCRAM-SHA-512", words=["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
    is_encrypted=env.boolean("KAFKA_TLS", default=False),
    ca_file=env.text("KAFKA_CA_FILE", default=""),
    certificate_file=env.text("KAFKA_CERTIFICATE_FILE", default=""),
    key_file=env.text("KAFKA_KEY_FILE", default=""),
)
# Partitions of each topic; a key always goes to the same one.
EVENT_PARTITIONS = env.integer("EVENT_PARTITIONS", default=4)

# -- search ---------------------------------------------------------------------------------------

# Nodes of Elasticsearch (URLs, comma-separated); without any PostgreSQL answers searches.
ELASTICSEARCH = connections.elasticsearch(
    urls=[url.strip() for url in secret("ELASTICSEARCH_URL").split(",") if url.strip()],
    user=env.text("ELASTICSEARCH_USER", default=""),
    password=secret("ELASTICSEARCH_PASSWORD"),
    api_key=secret("ELASTICSEARCH_API_KEY"),
    ca_file=env.text("ELASTICSEARCH_CA_FILE", default=""),
)
# Put before the names of indices and aliases, where installations share a cluster.
ELASTICSEARCH_INDEX_PREFIX = env.text("ELASTICSEARCH_INDEX_PREFIX", default="shortener-")
# Shards of a new index; one is good for some ten million links.
ELASTICSEARCH_SHARDS = env.integer("ELASTICSEARCH_SHARDS", default=1)
if ELASTICSEARCH:
    CONSUMER_GROUPS["search-indexer"] = "apps.links.search.elastic.indexer.SearchIndexer"
    CELERY_BEAT_SCHEDULE["note-used-up-links"] = {"task": "links.note_used_up", "schedule": 60.0}

# -- redirects ------------------------------------------------------------------------------------

SPOOL_DIR = Path(env.text("SPOOL_DIR", default=str(VAR_DIR / "spool")))
# A spool file is closed and a new one begun when it reaches this size.
SPOOL_FILE_BYTES = env.integer("SPOOL_FILE_BYTES", default=64 * 1024 * 1024, minimum=64 * 1024)
# Links that one redirector process keeps in memory.
LINK_CACHE_SIZE = env.integer("LINK_CACHE_SIZE", default=100_000)
# Of those followed most, links that it has in memory before it takes its first request.
LINK_PRELOAD = env.integer("LINK_PRELOAD", default=500, minimum=0)
# Addresses and networks whose X-Forwarded-For is believed; "" trusts nobody.
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
# Addresses and networks that may ask /internal/… and /metrics, directly and not through a proxy.
INTERNAL_ADDRESSES = env.words("INTERNAL_ADDRESSES") or ["127.0.0.1", "::1"]
# Where each process keeps its figures for /metrics, and who else may read them: who sends this token.
METRICS_DIR = VAR_DIR / "run" / "metrics"
METRICS_TOKEN = secret("METRICS_TOKEN")
# Orphan clicks that one redirector process keeps a minute, of one domain and of one address.
ORPHANS_PER_DOMAIN = env.integer("ORPHANS_PER_DOMAIN", default=120, minimum=0)
ORPHANS_PER_CLIENT = env.integer("ORPHANS_PER_CLIENT", default=20, minimum=0)
# A PNG that QR codes can have in their middle (`/code.qr?logo=1`).
QR_LOGO_PATH = env.text("QR_LOGO_PATH", default="")
REDIRECTOR_PROCESSES = env.integer("REDIRECTOR_PROCESSES", default=1)

# -- rate limits ----------------------------------------------------------------------------------

# By class of requests: requests/seconds, as many at once and as many again in the course of the seconds;
# "0" for no limit. The back office may set others.
RATE_LIMITS = {
    "redirect": env.rate("RATE_LIMIT_REDIRECT", default="1200/60"),
    "unknown_code": env.rate("RATE_LIMIT_UNKNOWN_CODE", default="60/60"),
    "password": env.rate("RATE_LIMIT_PASSWORD", default="10/300"),
    "web_write": env.rate("RATE_LIMIT_WEB_WRITE", default="120/60"),
    "api": env.rate("RATE_LIMIT_API", default="600/60"),
    "create": env.rate("RATE_LIMIT_CREATE", default="3000/3600"),
    "log_in": env.rate("RATE_LIMIT_LOG_IN", default="30/60"),
    "log_in_account": env.rate("RATE_LIMIT_LOG_IN_ACCOUNT", default="20/60"),
    "sign_up": env.rate("RATE_LIMIT_SIGN_UP", default="60/3600"),
}

# API keys that let nobody in, by address.
WRONG_KEY_LIMIT = env.rate("RATE_LIMIT_WRONG_KEY", default="30/300")

# -- analytics ------------------------------------------------------------------------------------

GEOIP_PATH = env.text("GEOIP_PATH", default="")
GEOIP_ASN_PATH = env.text("GEOIP_ASN_PATH", default="")
REFERRER_SPAM_PATH = env.text("REFERRER_SPAM_PATH", default=str(VAR_DIR / "referrer-spam.txt"))
# What is stored of a visitor's address: "full", "truncated" (IPv4 /24, IPv6 /48) or "none".
CLICK_ADDRESS_POLICY = env.choice("CLICK_ADDRESS_POLICY", default="truncated", words=["full", "truncated", "none"])
CLICK_RETENTION_DAYS = env.integer("CLICK_RETENTION_DAYS", default=730)
# A link begins to trend with so many clicks of people within so many seconds, if that is so many times what it
# had in as many seconds on average over the hour before.
TRENDING_CLICKS = env.integer("TRENDING_CLICKS", default=50)
TRENDING_WINDOW_SECONDS = env.integer("TRENDING_WINDOW_SECONDS", default=300, minimum=10)
TRENDING_GROWTH = env.integer("TRENDING_GROWTH", default=2)
# Clicks of people in an hour that are an alert, if they lie so many times the link's usual spread over its usual clicks.
HIGH_TRAFFIC_CLICKS = env.integer("HIGH_TRAFFIC_CLICKS", default=100)
HIGH_TRAFFIC_SCORE = env.integer("HIGH_TRAFFIC_SCORE", default=6)

# -- accounts -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "apps.accounts.hashers.PasswordHasher",
    # Of accounts that come from elsewhere: verified, and hashed anew at the first log-in.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "apps.accounts.hashers.ForeignBCryptPasswordHasher",
]
# BCrypt takes 2 to this power rounds; each one more takes twice as long.
PASSWORD_COST = min(31, env.integer("PASSWORD_COST", default=12, minimum=10))
# What a new password needs, each switched off by its setting; and a file of breached ones that are refused.
PASSWORD_MIN_LENGTH = env.integer("PASSWORD_MIN_LENGTH", default=8, minimum=0)
PASSWORD_UPPER_CASE = env.boolean("PASSWORD_UPPER_CASE", default=True)
PASSWORD_DIGIT = env.boolean("PASSWORD_DIGIT", default=True)
PASSWORD_SPECIAL_CHARACTER = env.boolean("PASSWORD_SPECIAL_CHARACTER", default=True)
PASSWORD_BREACHED_LIST = env.text("PASSWORD_BREACHED_LIST", default="")
AUTH_PASSWORD_VALIDATORS = passwords.validators(
    min_length=PASSWORD_MIN_LENGTH,
    upper_case=PASSWORD_UPPER_CASE,
    digit=PASSWORD_DIGIT,
    special=PASSWORD_SPECIAL_CHARACTER,
    refuse_common=env.boolean("PASSWORD_REFUSE_COMMON", default=True),
    refuse_similar=env.boolean("PASSWORD_REFUSE_SIMILAR", default=True),
    breached_list=PASSWORD_BREACHED_LIST,
)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "analytics:dashboard"
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
# RATE_LIMIT_LOG_IN and RATE_LIMIT_SIGN_UP count these.
ACCOUNT_RATE_LIMITS = {"login": None, "signup": None}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# A newcomer of an installation without a mail server must not wait for a mail.
ACCOUNT_EMAIL_VERIFICATION = env.choice("EMAIL_VERIFICATION", default="optional", words=["optional", "mandatory", "none"])
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {
    "login": "apps.accounts.forms.LoginForm",
    "signup": "apps.accounts.forms.SignupForm",
    "add_email": "apps.accounts.forms.ChangeEmailForm",
    "change_password": "apps.accounts.forms.ChangePasswordForm",
    "reset_password": "apps.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "apps.accounts.forms.NewPasswordForm",
    "reauthenticate": "apps.accounts.forms.ReauthenticateForm",
    "set_password": "apps.accounts.forms.SetPasswordForm",
}
# A user has one address; another one takes its place when it is verified, and needs the password again.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
# The link of a reset mail works for one hour, once.
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_LOGOUT_ON_GET = False
# Failed log-ins until waits begin: for one account from one device or address, for one account from all addresses
# that it is not known at, and from one address whatever the account; and the longest wait.
LOCKOUT_ATTEMPTS = env.integer("LOCKOUT_ATTEMPTS", default=5)
LOCKOUT_ACCOUNT_ATTEMPTS = env.integer("LOCKOUT_ACCOUNT_ATTEMPTS", default=20)
LOCKOUT_ADDRESS_ATTEMPTS = env.integer("LOCKOUT_ADDRESS_ATTEMPTS", default=50)
LOCKOUT_MAX_SECONDS = env.integer("LOCKOUT_MAX_SECONDS", default=3600)
# Answers to sign-up and to a reset come no sooner (s): their time tells nobody whether there is such an account.
EVEN_ANSWER_SECONDS = 0.6
# Keeps a browser known for the accounts that have logged in from it.
DEVICE_COOKIE_NAME = "device"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme

# A session's address and the time of its last request are noted once in so many seconds.
SESSION_SEEN_SECONDS = 60

# Who may have an account: everybody, those who are invited, or nobody new; with addresses of which domains (none named:
# of all but those denied), and whether throw-away addresses are refused. A domain stands for those below it.
SIGNUP_MODE = env.choice("SIGNUP_MODE", default="open", words=["open", "invited", "closed"])
SIGNUP_ALLOWED_DOMAINS = env.words("SIGNUP_ALLOWED_DOMAINS")
SIGNUP_DENIED_DOMAINS = env.words("SIGNUP_DENIED_DOMAINS")
SIGNUP_REFUSE_THROWAWAY = env.boolean("SIGNUP_REFUSE_THROWAWAY", default=True)

# Log-in by an OpenID Connect provider: its issuer, what it knows this site by, and its name on the button. Whom it
# sends may have an account whatever SIGNUP_MODE says, and is joined with the account of the same verified address.
OIDC_ISSUER = env.text("OIDC_ISSUER", default="").rstrip("/")
OIDC_SIGN_UP = env.boolean("OIDC_SIGN_UP", default=False)
OIDC_JOIN_BY_EMAIL = env.boolean("OIDC_JOIN_BY_EMAIL", default=True)
OIDC_APPS = connections.openid(
    issuer=OIDC_ISSUER,
    client_id=env.text("OIDC_CLIENT_ID", default=""),
    client_secret=secret("OIDC_CLIENT_SECRET"),
    name=env.text("OIDC_NAME", default="Single sign-on"),
)
SOCIALACCOUNT_ADAPTER = "apps.accounts.providers.adapter.ProviderAdapter"
SOCIALACCOUNT_FORMS = {"signup": "apps.accounts.providers.forms.ProviderSignupForm"}

# Second factors. Secrets are encrypted with SECRET_KEY.
MFA_ADAPTER = "apps.accounts.factors.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# A code that is just over is taken, too: clocks of phones differ, and people type slowly.
MFA_TOTP_TOLERANCE = 1
# Our forms ask for a verified address themselves; allauth's rule would also keep people from changing theirs.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers allow passkeys without https on this machine alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _is_https and _public.hostname == "localhost"
MFA_FORMS = {
    "authenticate": "apps.accounts.factors.forms.AuthenticateForm",
    "reauthenticate": "apps.accounts.factors.forms.ReauthenticateForm",
    "activate_totp": "apps.accounts.factors.forms.ActivateTotpForm",
    "add_webauthn": "apps.accounts.factors.forms.AddPasskeyForm",
    "edit_webauthn": "apps.accounts.factors.forms.RenamePasskeyForm",
}

# Keys that tokens of the API are signed with; a folder that is set has to hold the same on every machine. Minutes that an access
# token is good for (15 at most), days that a refresh token is, and days after which a log-in ends however often it is refreshed.
JWT_KEYS_ARE_OURS = not env.text("JWT_KEYS_DIR", default="")
JWT_KEYS_DIR = Path(env.text("JWT_KEYS_DIR", default=str(VAR_DIR / "jwt")))
ACCESS_TOKEN_MINUTES = env.integer("ACCESS_TOKEN_MINUTES", default=10, maximum=15)
REFRESH_TOKEN_DAYS = env.integer("REFRESH_TOKEN_DAYS", default=14)
REFRESH_FAMILY_DAYS = env.integer("REFRESH_FAMILY_DAYS", default=90)
# Of simplejwt the classes are used; keys and checks are those of apps.accounts.tokens.
SIMPLE_JWT = {"ALGORITHM": "RS256", "TOKEN_TYPE_CLAIM": "typ", "USER_ID_CLAIM": "sub"}

# API keys of one user, in all workspaces together.
API_KEYS_PER_USER = env.integer("API_KEYS_PER_USER", default=50)

# Days that the audit log keeps what was done, and what it keeps of addresses: "full", "truncated" (IPv4 /24, IPv6 /48) or "none".
AUDIT_RETENTION_DAYS = env.integer("AUDIT_RETENTION_DAYS", default=730, minimum=30)
AUDIT_ADDRESS_POLICY = env.choice("AUDIT_ADDRESS_POLICY", default="full", words=["full", "truncated", "none"])

# Days in which the owner of an account can take back that it is to be deleted.
ACCOUNT_DELETION_DAYS = env.integer("ACCOUNT_DELETION_DAYS", default=14, minimum=0)

# -- API ------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.api.authentication.TokenAuthentication",
        "apps.accounts.api_keys.authentication.ApiKeyAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.common.api.parsers.BoundedJSONParser"],
    "EXCEPTION_HANDLER": "apps.common.api.exceptions.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["apps.accounts.api.limits.ApiThrottle"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# -- mail -----------------------------------------------------------------------------------------

EMAIL_URL = secret("EMAIL_URL", default="consolemail://")
vars().update(connections.email(EMAIL_URL))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default=f"Shortener <noreply@{_public.hostname}>")

# -- language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# -- static files ---------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# -- security -------------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "apps.common.views.csrf_failure"
# Believed from TRUSTED_PROXIES alone: ClientMiddleware removes it from all other requests.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if _is_https:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    DEVICE_COOKIE_NAME = "__Host-device"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.boolean("SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", default=31_536_000, minimum=0)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A form leads to the provider, and browsers look at where it ends up.
        "form-action": [SELF, *connections.origins(OIDC_ISSUER)],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LOGGING = connections.logging(level=env.choice("LOG_LEVEL", default="INFO", words=["DEBUG", "INFO", "WARNING", "ERROR"]))
