"""The portal under ASGI, only to be measured (``tests.load.servers``)."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wecd.settings")
application = get_asgi_application()
