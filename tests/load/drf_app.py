"""The ordinary way: Django REST framework, ModelSerializer, LimitOffset with its count. No keys, no limits.

Settings, addresses and views in one module: ``DJANGO_SETTINGS_MODULE=tests.load.drf_app``.
"""

from wecd.settings import *  # noqa: F403

ROOT_URLCONF = "tests.load.drf_urls"
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # allauth will not start without
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,  # type: ignore[dict-item]
    "UNAUTHENTICATED_USER": None,
}
