"""Settings under which Django's own admin shows our tables as it comes, to be measured beside ours."""

from wecd.settings import *  # noqa: F403
from wecd.settings import INSTALLED_APPS as OURS
from wecd.settings import TEMPLATES as OUR_TEMPLATES

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig" if app == "django.contrib.admin" else app
    for app in OURS
    if not app.startswith("unfold")
]
OPTIONS = {key: value for key, value in OUR_TEMPLATES[0]["OPTIONS"].items() if key != "loaders"}
TEMPLATES = [OUR_TEMPLATES[0] | {"DIRS": [], "APP_DIRS": True, "OPTIONS": OPTIONS}]
ROOT_URLCONF = "tests.load.plain_urls"
