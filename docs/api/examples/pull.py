"""Every row of a resource of the API, with nothing but Python.

python pull.py calls
python pull.py applications wecd_demo_partner_key
PORTAL=https://portal.example.org python pull.py awards
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PORTAL = os.environ.get("PORTAL", "http://127.0.0.1:8000")


def rows(resource: str, key: str = "") -> Iterator[dict]:
    """Each row, page after page."""
    address = f"{PORTAL}/api/v1/{resource}?page_size=500"
    while address:
        page = get(address, key)
        yield from page["results"]
        address = page["next"]


def get(address: str, key: str) -> dict:
    """One page. Waits when asked to; says what is wrong when something is."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    while True:
        try:
            with urlopen(Request(address, headers=headers)) as answer:
                return json.load(answer)
        except HTTPError as error:
            if error.code != 429:
                raise SystemExit(json.load(error)["detail"]) from None
            time.sleep(int(error.headers["Retry-After"]))


if __name__ == "__main__":
    for row in rows(*sys.argv[1:3]):
        print(json.dumps(row, ensure_ascii=False))
