"""Settings of the libraries the portal stands on."""

import environ
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

env = environ.Env()

# --- allauth ------------------------------------------------------------------------------------
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]  # without a password: a code by e-mail each time
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_SESSION_REMEMBER = True  # SESSION_COOKIE_AGE; staff sign in again after STAFF_SESSION_HOURS
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 2
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "WECD"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 60 * 60
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
STAFF_SESSION_HOURS = env.int("STAFF_SESSION_HOURS", default=12)
SOCIALACCOUNT_PROVIDERS = {}
if env.str("OIDC_SERVER_URL", default=""):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": env.str("OIDC_PROVIDER_ID", default="region"),
                "name": env.str("OIDC_NAME", default="Wallonie"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": env.str("OIDC_SERVER_URL")},
            }
        ]
    }

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["wecd.api.authentication.PartnerKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["wecd.api.permissions.DenyByDefault"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["wecd.api.throttling.FairShare"],
    "EXCEPTION_HANDLER": "wecd.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "WECD API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["wecd.api.permissions.DenyByDefault"],
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": ["wecd.api.contract.finish"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=120)
API_REQUESTS_PER_MINUTE_WITH_KEY = env.int("API_REQUESTS_PER_MINUTE_WITH_KEY", default=1200)
API_FEED_PER_MINUTE = env.int("API_FEED_PER_MINUTE", default=30)
API_FEED_PER_MINUTE_WITH_KEY = env.int("API_FEED_PER_MINUTE_WITH_KEY", default=600)
API_EXPORTS_PER_HOUR = env.int("API_EXPORTS_PER_HOUR", default=20)
API_EXPORTS_PER_HOUR_WITH_KEY = env.int("API_EXPORTS_PER_HOUR_WITH_KEY", default=120)
API_USAGE_SECONDS = env.int("API_USAGE_SECONDS", default=5)  # how often the use of keys is written
API_WAITING_AT_ONCE = env.int("API_WAITING_AT_ONCE", default=4)  # long polls, a process; without a key half
API_WAITING_AT_ONCE_EACH = env.int("API_WAITING_AT_ONCE_EACH", default=2)  # a key, or an address without one
# Exports that run at once: locks in the database count them, for all processes together. With those that wait
# for changes (above) fewer than the threads of a process, so that one is always left for everybody else.
EXPORTS_AT_ONCE = env.int("EXPORTS_AT_ONCE", default=3)
EXPORTS_AT_ONCE_OPEN = env.int("EXPORTS_AT_ONCE_OPEN", default=2)  # of these, without a key
EXPORTS_AT_ONCE_EACH = env.int("EXPORTS_AT_ONCE_EACH", default=2)  # a key, or an address without one
# A connection of an export that takes fewer bytes than this in so many seconds is cut off; 0 seconds: never.
EXPORT_PATIENCE_SECONDS = env.int("EXPORT_PATIENCE_SECONDS", default=120)
EXPORT_LEAST_BYTES = env.int("EXPORT_LEAST_BYTES", default=64 * 1024)
EXPORT_MAX_SECONDS = env.int("EXPORT_MAX_SECONDS", default=3600)
EXPORT_WORK_MEMORY = env.str("EXPORT_WORK_MEMORY", default="64MB")  # of the database, to sort

# --- Jobs ---------------------------------------------------------------------------------------
PROCRASTINATE_ON_APP_READY = None
# Several threads, so that a slow receiver of webhooks keeps no mail waiting; what succeeded leaves the queue.
PROCRASTINATE_WORKER_DEFAULTS = {"concurrency": 4, "delete_jobs": "successful"}
API_RESOURCES = "wecd.catalogue.RESOURCES"  # every resource of the API, for the floors below it

# --- Back office --------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "WECD",
    "SITE_HEADER": "WECD",
    "SITE_SUBHEADER": _("Back office"),
    "SITE_URL": "/",
    "BORDER_RADIUS": "6px",
    "STYLES": [lambda request: static("css/admin.css"), lambda request: static("css/admin-lists.css")],
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")}
    ],
    "SITE_ICON": lambda request: static("img/favicon.svg"),
    "SHOW_BACK_BUTTON": False,
    "COLORS": {  # the palette of static/css/tokens.css, in the steps the theme asks for
        "base": {
            "50": "#faf8f4",
            "100": "#f0ece2",
            "200": "#dcd7cb",
            "300": "#c4bfb5",
            "400": "#8f8b98",
            "500": "#5a5763",
            "600": "#48454f",
            "700": "#393944",
            "800": "#2c2c37",
            "900": "#16161d",
            "950": "#0e0e13",
        },
        "primary": {
            "50": "#eeeefb",
            "100": "#e4e4f1",
            "200": "#cdd0f2",
            "300": "#b9c1ff",
            "400": "#a9b4ff",
            "500": "#a9b4ff",
            "600": "#2b35c8",
            "700": "#222aa3",
            "800": "#1b2184",
            "900": "#151a68",
            "950": "#0d1045",
        },
        "font": {
            "subtle-light": "#5a5763",
            "subtle-dark": "#b3afbb",
            "default-light": "#16161d",
            "default-dark": "#f4f1ea",
            "important-light": "#16161d",
            "important-dark": "#f4f1ea",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "wecd.backoffice.navigation",
    },
    "TABS": "wecd.backoffice.tabs",
    "DASHBOARD_CALLBACK": "wecd.desk.views.fill_dashboard",
}
IMPORT_EXPORT_USE_TRANSACTIONS = True
