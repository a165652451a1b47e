"""The API's lists and rows, beside Starlette with asyncpg and Django REST framework on the same tables.

Ours checks a key, the partner's rights and the limits on each request; theirs do none of it.
"""

import json
import sys
import urllib.request

from tests.load.measuring import Bench, interleaved, throughput
from tests.load.table import Row
from wecd.server import command

LIST = "/api/v1/applications"
NO_LIMIT = {"API_REQUESTS_PER_MINUTE_WITH_KEY": str(10**9), "WECD_ENV": "demo"}  # counted, never reached
SHORT = {"seconds": 2}  # many short rounds: a shared machine is now fast, now slow
STARLETTE, DRF = "Starlette + asyncpg", "DRF ModelSerializer, LimitOffset with count"
# The bench's partner leads the action all applications are under.
MAKE_KEY = """
from accounts.models import User
from partners.domain import keys
from partners.models import ApiKey, Partner
ApiKey.objects.filter(name="Bench").delete()
key, raw = keys.create(partner=Partner.objects.get(code="bench"), name="Bench", scopes=["applications:read"],
                       by=User.objects.get(email="staff@wecd.example"))
print(raw)
"""


def ours(bench: Bench, **environment: str) -> str:
    """The portal, as the demonstration and the container run it."""
    server = command(port="{port}", host="127.0.0.1")
    return bench.serve(sys.executable, "-m", *server, ready="/health/live", **NO_LIMIT, **environment)


def starlette(bench: Bench) -> str:
    options = ["--workers", "2", "--port", "{port}", "--no-access-log", "--log-level", "warning"]
    return bench.serve(sys.executable, "-m", "uvicorn", *options, "tests.load.starlette_app:app")


def drf(bench: Bench) -> str:
    options = ["--workers", "2", "--threads", "2", "--bind", "127.0.0.1:{port}"]
    application = "wecd.wsgi:application"
    return bench.serve(
        sys.executable, "-m", "gunicorn", *options, application, DJANGO_SETTINGS_MODULE="tests.load.drf_app"
    )


def lists(bench: Bench) -> list[Row]:
    """The first page, the page after row 500,000, one row, and the list of a small programme."""
    key = bench.shell(MAKE_KEY)
    small = bench.small()
    small_key = bench.shell(MAKE_KEY, DATABASE_URL=small)
    site, theirs, plain = ours(bench), starlette(bench), drf(bench)
    little = ours(bench, DATABASE_URL=small)
    one = _json(f"{site}{LIST}?fields=id&page_size=1", key)["results"][0]["id"]
    first, deep, detail, few, peer, peer_detail = interleaved(
        throughput(f"{site}{LIST}", key=key, **SHORT),
        throughput(f"{site}{LIST}?cursor={_cursor(bench, 500_000)}", key=key, **SHORT),
        throughput(f"{site}{LIST}/{one}", key=key, **SHORT),
        throughput(f"{little}{LIST}", key=small_key, **SHORT),
        throughput(f"{theirs}/applications", **SHORT),
        throughput(f"{theirs}/applications/{one}", **SHORT),
        rounds=15,
    )
    beside_slow, slow = interleaved(
        throughput(f"{site}{LIST}", key=key), throughput(f"{plain}/applications", rest=8)
    )
    return [
        Row("API list, page 1", STARLETTE, first, peer, 1.0, unit="req/s"),
        Row("API list, page 1", DRF, beside_slow, slow, 50, unit="req/s"),
        Row("API list, row 500,000", "own page 1", deep, first, 0.95, unit="req/s"),
        Row("API detail", STARLETTE, detail, peer_detail, 0.6, unit="req/s"),
        Row("API list at 1,000,000 rows", "own list at 1,000 rows", first, few, 0.9, unit="req/s"),
    ]


def _json(url: str, key: str) -> dict:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})  # noqa: S310
    with urllib.request.urlopen(request) as response:  # noqa: S310
        return json.load(response)


def _cursor(bench: Bench, row: int) -> str:
    """The place after this row of the list, as the ``next`` link of the page before would say it."""
    return bench.shell(
        "from calls.models import Application as A;"
        "from wecd.common.rest.pages import Cursor;"
        "r=A.objects.exclude(state='draft').exclude(submitted_at=None)"
        f".order_by('created_at','id').values_list('created_at','id')[{row - 1}];"
        "print(Cursor('created_at', False, str(r[0]), str(r[1])).encode())"
    )


ROWS = [lists]
