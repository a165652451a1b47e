"""The examples of docs/api/examples run: curl and Python against a running portal, each as it is written."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.actions.factories import ActionFactory
from tests.api import contract, rows
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.partners.factories import ApiKeyFactory, PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLES = Path(settings.BASE_DIR) / "docs" / "api" / "examples"
KEY = "wecd_of_the_examples"


@pytest.fixture
def action():
    partner = PartnerFactory()
    ApiKeyFactory(partner=partner, raw=KEY)
    return ActionFactory(lead=partner)


def run(command: list, portal: str) -> subprocess.CompletedProcess:
    environment = {"PATH": os.environ["PATH"], "PORTAL": portal, "KEY": KEY}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_curl(live_server, action, officer, manager):
    assert shutil.which("curl"), "install curl: the example is tested with it"
    award = rows.award(action, officer, manager)
    application = ApplicationFactory(call=CallFactory(action=action), submitted=True)

    done = run(["sh", EXAMPLES / "curl.sh"], live_server.url)

    assert done.returncode == 0, done.stderr
    assert application.call.code in done.stdout
    assert award.reference in done.stdout
    assert f'"reference": "{application.reference}"' in done.stdout.replace('":"', '": "')
    assert "\n304\n" in f"\n{done.stdout}".replace("}", "}\n")
    assert '"has_more": false' in done.stdout.replace('":', '": ').replace("  ", " ")
    assert "is not a parameter of this resource" in done.stdout


def test_python_reads_every_row_of_many_pages(live_server, action, tmp_path):
    call = CallFactory(action=action)
    made = [ApplicationFactory(call=call, submitted=True) for _ in range(5)]
    code = (EXAMPLES / "pull.py").read_text(encoding="utf-8")
    assert "page_size=500" in code
    (tmp_path / "pull.py").write_text(code.replace("page_size=500", "page_size=2"), encoding="utf-8")

    done = run([sys.executable, tmp_path / "pull.py", "applications", KEY], live_server.url)

    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in found] == [str(row.pk) for row in made]
    assert found[0]["requested"] == {"amount": "6000.00", "currency": "EUR"}


def test_python_says_what_is_wrong(live_server, db):
    done = run([sys.executable, EXAMPLES / "pull.py", "calls", "wecd_nobody"], live_server.url)
    assert done.returncode == 1
    assert done.stderr.strip() == "This API key is unknown, expired or revoked."


@pytest.mark.parametrize("name", ["pull.R", "powerquery.m"])
def test_what_the_others_read_is_in_the_schema(name):
    """R and Power Query do not run here: what they name must at least be there."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    award = contract.published()["components"]["schemas"]["Award"]["properties"]
    named = set(re.findall(r'"([a-z_]+)(?:\.amount)?"', text)) & {*award, "colour"}
    assert {"reference", "title", "amount"} <= named
    assert "page_size" in text
    assert "next" in text
