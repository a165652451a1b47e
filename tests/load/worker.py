"""One signed-in staff person in a process of their own: reads addresses, answers with milliseconds.

    DJANGO_SETTINGS_MODULE=… python -m tests.load.worker

Each request passes the whole of Django: every middleware, the session, the person, the templates.
"""

import json
import re
import sys
import time

import django

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402

BACKEND = "django.contrib.auth.backends.ModelBackend"


def signed_in() -> Client:
    """The programme manager of the bench, with a second factor: the door is not left open for us."""
    staff = User.objects.get(email="staff@wecd.example")
    Authenticator.objects.get_or_create(user=staff, type="totp", defaults={"data": {}})
    client = Client()
    client.force_login(staff, backend=BACKEND)
    return client


def main() -> None:
    client = signed_in()
    for line in sys.stdin:
        asked = json.loads(line)
        with CaptureQueriesContext(connection) if asked.get("look") else _nothing() as queries:
            started = time.perf_counter()
            response = client.get(asked["url"])
            took = (time.perf_counter() - started) * 1000
        answer = {"ms": took, "status": response.status_code, "bytes": len(response.content)}
        if asked.get("look"):
            links = dict(re.findall(r'<a href="([^"]*)" rel="(\w+)"', response.content.decode()))
            answer |= {"queries": len(queries), "links": {rel: url for url, rel in links.items()}}
        print(json.dumps(answer), flush=True)


class _nothing:
    def __enter__(self):
        return ()

    def __exit__(self, *error):
        return False


if __name__ == "__main__":
    main()
