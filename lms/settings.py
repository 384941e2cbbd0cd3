"""One settings file, everything from the environment.

Development is the default and needs no variable. In production (``LMS_ENV=production``) a missing
or unsafe value stops the start with a sentence that says what to set.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ
from django.core.exceptions import ImproperlyConfigured

from lms.schedule import BEAT_SCHEDULE

os.environ["OPENPYXL_LXML"] = "False"  # Workbooks are read by defusedxml, whatever else is there.
BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

LMS_ENV = env.str("LMS_ENV", default="development")
if LMS_ENV not in ("development", "production"):
    raise ImproperlyConfigured("LMS_ENV must be 'development' or 'production'.")
PRODUCTION = LMS_ENV == "production"


def required_in_production(name: str, development: str) -> str:
    """The variable's value; its development stand-in only outside production."""
    value: str = env.str(name, default="")
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"Set {name}: it has no safe default in production.")
    return development


# -- Safety ---------------------------------------------------------------------------------------
DEBUG = False
SECRET_KEY_LENGTH = 50  # Characters, as Django's own deployment check asks.
SECRET_KEY = required_in_production("SECRET_KEY", "development-only-not-a-secret")
if PRODUCTION and len(SECRET_KEY) < SECRET_KEY_LENGTH:
    raise ImproperlyConfigured(f"Set SECRET_KEY to {SECRET_KEY_LENGTH} random characters or more.")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = required_in_production("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name hosts; '*' makes any redirect look safe.")
SITE_URL = required_in_production("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
if PRODUCTION and not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured("SITE_URL must start with https:// in production.")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # Wagtail's preview panel frames our own pages.
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # Seconds: a working day, so that a shift outlasts no session.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
        "frame-src": ["'self'", "https://www.youtube-nocookie.com", "https://player.vimeo.com"],
    }
}

# -- Rooms ----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "lms",
    "licensing",
    "certificates",
    "assessments",
    "courses",
    "people",
    "outbox",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "pgtrigger",
    "pghistory",
    "csp",
    "ninja",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
if env.bool("LINT_MIGRATIONS", default=False):  # Set by `make check` alone.
    INSTALLED_APPS.append("django_migration_linter")
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "lms.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # Its files are compressed already.
    "lms.middleware.CompressionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "licensing.middleware.ApiMiddleware",  # What stands below is for people with a browser.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "people.middleware.LanguageMiddleware",
    "lms.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lms.middleware.StaffDoorMiddleware",
    "people.middleware.StaffSecondFactorMiddleware",
    "courses.middleware.StaffPagesMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "lms.middleware.NoStoreMiddleware",
]
ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "lms" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms.context.site",
            ],
        },
    },
]
FORM_RENDERER = "lms.renderers.GovukFormRenderer"

# -- Database, cache, queue -----------------------------------------------------------------------
REDIS_URL = required_in_production("REDIS_URL", "redis://127.0.0.1:6379/0")
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.db_url_config(
            required_in_production("DATABASE_URL", "postgres://postgres@127.0.0.1/lms")
        ),
        "ATOMIC_REQUESTS": False,
    }
}
DATABASES["default"].setdefault("OPTIONS", {})  # Such as sslmode, written in the URL.
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 16, "timeout": 10}
# Lets a statement be prepared that asks for it, with one plan for all values; the others never are
# (licensing/prepared.py).
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 1
DATABASES["default"]["OPTIONS"].setdefault("options", "-c plan_cache_mode=force_generic_plan")
# A socket folder stands in a URL as %2Ffolder, the way libpq writes it.
DATABASES["default"]["HOST"] = unquote(DATABASES["default"]["HOST"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "lms",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # Seconds; longer than any task, and no task has a countdown.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "interval_start": 0.2,
    "max_retries": 1,  # A web request never waits for Redis: the sweep finds the work anyway.
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Europe/London"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
CELERY_BEAT_SCHEDULER = "redbeat.RedBeatScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5

# -- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/dashboard/"
ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "people.forms.SignupForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if PRODUCTION else "optional"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False  # Phones are shared; a session ends with the working day.
# A training room shares one address: the limit for one address is generous, for one account strict.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "100/m/ip,5/300s/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Driver safeguarding training"
IDP_OIDC_ADAPTER = "licensing.api.oauth.OidcAdapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600  # Seconds.
STAFF_SECOND_FACTOR_REQUIRED = PRODUCTION
# Of one client: room for a nightly comparison of a whole register.
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", default=60_000)

# -- Staff site -----------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Driver safeguarding training"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]  # No SVG: scripts.
WAGTAILDOCS_EXTENSIONS = ["pdf", "vtt", "mp4", "webm"]

# -- Language, time, files ------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
# Each in its own words: a reader looks for what they know.
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("en-gb", "English"),
    ("cy", "Cymraeg"),
    ("pl", "Polski"),
    ("ur", "اردو"),
]
DEVICE_COOKIE_NAME = "__Host-device" if PRODUCTION else "device"  # Beside answers, as a hash.
LANGUAGE_COOKIE_NAME = "__Host-language" if PRODUCTION else "language"
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY = PRODUCTION, True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60  # Seconds.
LOCALE_PATHS = [BASE_DIR / "lms" / "locale"]
FORMAT_MODULE_PATH = "lms.formats"
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/London"  # Stored in UTC, shown in London; legal days are London days.
STATIC_URL = "/static/"
# In development files are served from where they lie; nothing is collected.
STATIC_ROOT = BASE_DIR / ".local" / "static" if PRODUCTION else None
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / ".local" / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
# The keys of certificates; in development they are made on first use (certificates/keys.py).
SIGNING_KEY_FILE = required_in_production(
    "SIGNING_KEY_FILE", str(BASE_DIR / ".local" / "signing-key.pem")
)
FONTS_DIR = BASE_DIR / "lms" / "frontend" / "build_fonts"
CONTEXTS_DIR = BASE_DIR / "lms" / "frontend" / "build_contexts"  # Of the credentials' JSON-LD.

# -- Mail, logs -----------------------------------------------------------------------------------
vars().update(env.email_url_config(required_in_production("EMAIL_URL", "consolemail://")))
# Only the relay talks to the mail server; whatever a library sends becomes a row first.
DELIVERY_EMAIL_BACKEND = vars()["EMAIL_BACKEND"]
EMAIL_BACKEND = "outbox.backend.OutboxBackend"
EMAIL_TIMEOUT = 10  # Seconds; without it a silent mail server would hold a worker for ever.
DEFAULT_FROM_EMAIL = required_in_production("DEFAULT_FROM_EMAIL", "training@demo.example")
NOTIFY_API_KEY = env.str("NOTIFY_API_KEY", default="")  # Without it a text message is given up.
NOTIFY_URL = env.str("NOTIFY_URL", default="https://api.notifications.service.gov.uk")
NOTIFY_SMS_TEMPLATE = env.str("NOTIFY_SMS_TEMPLATE", default="")
NOTIFY_EMAIL_TEMPLATE = env.str("NOTIFY_EMAIL_TEMPLATE", default="")  # Empty: e-mail goes by SMTP.
MESSAGES_PER_MINUTE = {  # To one mail domain, and of all text messages (Notify allows 3,000).
    "email": env.int("EMAILS_PER_MINUTE", default=600),
    "sms": env.int("TEXTS_PER_MINUTE", default=1500),
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s%(request)s %(message)s"}},
    "filters": {"request": {"()": "licensing.api.request_ids.NamedRequest"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}
    },
    "loggers": {
        "django_tasks": {"level": "WARNING"},  # One line for every index update says nothing.
        "wagtail": {"level": "WARNING"},
        "notifications_python_client": {"level": "ERROR"},  # The relay tells it with the message.
        "celery.worker.strategy": {"level": "WARNING"},  # So do two lines for every sweep.
        "celery.app.trace": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}

# -- History --------------------------------------------------------------------------------------
PGHISTORY_APPEND_ONLY = True
