"""The receivers of docs/api/examples take what the portal sends, and nothing else."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from partners.domain import deliveries
from partners.models import WebhookEndpoint
from tests.partners.webhook_factories import DeliveryFactory, EndpointFactory, new_secret

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs" / "api"
PROGRAMS = {"receive_webhooks.py": sys.executable, "receive_webhooks.mjs": shutil.which("node")}


@contextlib.contextmanager
def running(program: str, secret: str):
    """An example as a process of its own; gives its address and what it prints."""
    interpreter = PROGRAMS[program]
    if interpreter is None:
        pytest.skip("Node is not installed: its example was not run.")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [interpreter, str(DOCS / "examples" / program), str(port)],
        env=os.environ | {"WEBHOOK_SECRET": secret},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/", process
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.mark.django_db
@pytest.mark.parametrize("program", PROGRAMS)
def test_an_example_prints_each_message_once_and_refuses_what_is_not_signed(program):
    secret = new_secret()
    with running(program, secret) as (url, process):
        delivery = DeliveryFactory(endpoint=EndpointFactory(url=url, secret=secret))
        stranger = DeliveryFactory(endpoint=EndpointFactory(url=url))
        for _ in range(2):
            deliveries.deliver(delivery.endpoint_id)
            deliveries.begin_again(WebhookEndpoint.objects.get(pk=delivery.endpoint_id).deliveries.all())
        deliveries.deliver(stranger.endpoint_id)
        assert [a.status_code for a in delivery.attempts.all()] == [204, 204]
        assert stranger.attempts.get().status_code == 401
        process.terminate()
        printed = process.stdout.read().splitlines()
    assert printed == [f"application.updated {delivery.message.payload['data']['url']}"]


def test_the_table_of_the_documentation_is_the_one_that_is_used():
    text = (DOCS / "webhooks.md").read_text()
    rows = re.findall(r"^\| (\d+) \| (at once|\d+ \w+) \|", text, re.MULTILINE)
    units = {"second": 1, "minute": 60, "hour": 3600}

    def seconds(words: str) -> int:
        number, unit = words.split()
        return int(number) * units[unit.removesuffix("s")]

    waits = [timedelta(seconds=seconds(words)) for _number, words in rows[1:]]
    assert tuple(waits) == deliveries.RETRIES
    assert [int(number) for number, _words in rows] == list(range(1, len(deliveries.RETRIES) + 2))
