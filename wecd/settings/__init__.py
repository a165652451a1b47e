"""Every setting of the portal, read once from the environment (see docs/configuration.md).

``WECD_ENV`` is one of ``development`` (default), ``demo``, ``test`` and ``production``. Production
refuses to start on a missing or weak value and says which (``wecd.settings.guard``).
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.utils.translation import gettext_lazy as _

from wecd import embedded
from wecd.settings import guard

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(env.str("WECD_DATA_DIR", default=str(BASE_DIR / ".data")))

WECD_ENV = env.str("WECD_ENV", default="development")
IS_PRODUCTION = WECD_ENV == "production"
IS_DEMO = WECD_ENV == "demo"
guard.check_environment(WECD_ENV, env)

# --- The basics ---------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="" if IS_PRODUCTION else "only-for-development-" + "x" * 40)
# Keys that encrypt bank accounts at rest, newest first; older ones still decrypt.
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[] if IS_PRODUCTION else [SECRET_KEY])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if IS_PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
ROOT_URLCONF = "wecd.urls"
WSGI_APPLICATION = "wecd.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

INSTALLED_APPS = [
    "wecd.common",
    "wecd.demo",
    "wecd.contact",
    "wecd.opendata",
    "wecd.pages",
    "wecd.feed",
    "wecd.api",
    "accounts",
    "partners",
    "actions",
    "grants",
    "calls",
    "vouchers",
    "hubs",
    "modeltranslation",  # before the admin, which it extends
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",  # its token endpoint only, for partners' systems: partners.urls
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rules.apps.AutodiscoverRulesConfig",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "django_cotton",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "health_check",
    "django_prometheus",
    "django_structlog",
]

MIDDLEWARE = [
    "wecd.api.chain.ApiMiddleware",  # what is under /api/ goes through API_MIDDLEWARE instead of the rest
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "wecd.common.middleware.SecurityHeadersMiddleware",
    "wecd.common.public_cache.PublicCacheMiddleware",
    "wecd.common.caching.PrivatePagesGZipMiddleware",
    "wecd.common.caching.PublicPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "wecd.common.language.ChosenLanguageMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "wecd.common.middleware.RequestContextMiddleware",
    "wecd.common.middleware.RefusedMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.AccountLanguageMiddleware",
    "accounts.middleware.StaffDoorMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

API_MIDDLEWARE = [
    "wecd.api.chain.RequestMiddleware",
    "wecd.api.chain.HeadersMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wecd.common.context.portal",
            ],
        },
    }
]
COTTON_DIR = "cotton"

# --- Database -----------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="") or embedded.start(DATA_DIR)
DATABASES = {"default": env.db_url_config(DATABASE_URL, engine="django.db.backends.postgresql")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    # Statements that are prepared (wecd.common.rest.statements) are planned once, not for each value; what
    # PostgreSQL would compile or remember for a page of fifty rows costs it more than the page.
    "OPTIONS": {
        "options": "-c timezone=UTC -c plan_cache_mode=force_generic_plan -c jit=off -c enable_memoize=off"
    }
    | DATABASES["default"].get("OPTIONS", {}),
}

# --- People -------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "space"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14

# --- Languages and time -------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("de", _("German")), ("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "fr"
MODELTRANSLATION_LANGUAGES = ("fr", "de", "nl", "en")
MODELTRANSLATION_FALLBACK_LANGUAGES = ("fr",)
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Brussels"

# --- Files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"  # no MEDIA_URL: files leave only through a permission check
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION or IS_DEMO
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not (IS_PRODUCTION or IS_DEMO)
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["png", "jpg", "gif", "ico", "webp", "gz", "br", "woff", "woff2", "map"]
STORAGES["default"] |= guard.storage(env.str("STORAGE_URL", default=""))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=10 * 1024 * 1024)
CLAMAV_URL = env.str("CLAMAV_URL", default="")

# --- Mail and cache -----------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", default="" if IS_PRODUCTION else "dummymail://")
vars().update(env.email_url_config(EMAIL_URL) if EMAIL_URL else {})
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default="wecd.example")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="WECD <portail@wecd.example>")
CACHES = {"default": env.cache_url_config(env.str("CACHE_URL", default="locmemcache://"))}

# --- What the site owes its readers ---------------------------------------------------------------
DATA_CONTROLLER = env.str(
    "DATA_CONTROLLER", default=""
)  # who answers for personal data, as the law names them
ACCESSIBILITY_ENFORCEMENT_URL = env.str("ACCESSIBILITY_ENFORCEMENT_URL", default="")
ENQUIRY_KEEP_DAYS = 365  # the forms and the privacy page say so

# --- Security -----------------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=IS_PRODUCTION)
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
CLIENT_ADDRESS_HEADER = env.str("CLIENT_ADDRESS_HEADER", default="X-Forwarded-For")  # as the proxy sets it
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # probes come from inside, without TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Webhooks to this machine itself, without TLS: for the demonstration and tests. Production refuses it.
WEBHOOKS_TO_LOOPBACK = env.bool("WEBHOOKS_TO_LOOPBACK", default=IS_DEMO)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
CSRF_FAILURE_VIEW = "wecd.common.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {  # wider for the admin: wecd.common.middleware
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
    },
}

from wecd.settings.libraries import *  # noqa: E402, F403  (settings of the libraries, no decisions here)
from wecd.settings.logs import *  # noqa: E402, F403
from wecd.settings.open_data import *  # noqa: E402, F403

if env.str("OIDC_SERVER_URL", default=""):  # the sign-in form ends at the region's own server
    _oidc = urlsplit(env.str("OIDC_SERVER_URL"))
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(f"{_oidc.scheme}://{_oidc.netloc}")

SENTRY_DSN = env.str("SENTRY_DSN", default="")
guard.check_values(globals())

if "pytest" in sys.modules and WECD_ENV == "development":
    WECD_ENV = "test"
if WECD_ENV == "test":
    WEBHOOKS_TO_LOOPBACK = True
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
    API_USAGE_SECONDS = 0  # tests write it when they want it
# A second factor opens the back office everywhere but in the demo and in tests.
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", default=WECD_ENV in ("production", "development"))
