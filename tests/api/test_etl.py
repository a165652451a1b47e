"""A real ETL tool keeps a copy with configuration only: the one of docs/api/etl.md, run as it is written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from django.conf import settings

from calls.models import Application, Call
from tests.actions.factories import ActionFactory
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.partners.factories import ApiKeyFactory, PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)
GUIDE = Path(settings.BASE_DIR) / "docs" / "api" / "etl.md"


class Tool:
    """The script of the guide, in a folder of its own, beside the warehouse it fills."""

    def __init__(self, folder: Path, address: str, key: str):
        code = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[1]
        assert '"page_size": 500' in code
        changed = code.replace("http://127.0.0.1:8000", address).replace("wecd_demo_partner_key", key)
        (folder / "pull.py").write_text(
            changed.replace('"page_size": 500', '"page_size": 2')
        )  # several pages
        self.folder = folder

    def run(self) -> None:
        done = subprocess.run(
            [sys.executable, "pull.py"],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "DLT_DATA_DIR": str(self.folder),  # where it keeps how far it has come
                "RUNTIME__DLTHUB_TELEMETRY": "false",  # it would tell its makers of each run
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def ask(self, sql: str) -> list[tuple]:
        with duckdb.connect(self.folder / "warehouse.duckdb", read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()

    def copy(self) -> set[tuple]:
        return set(self.ask("SELECT CAST(id AS VARCHAR), data__title, data__state FROM wecd.applications"))


def database(action) -> set[tuple]:
    """What the partner may see, as it is."""
    rows = Application.objects.filter(call__action=action, submitted_at__isnull=False)
    return {(str(row.pk), row.title, row.state) for row in rows}


def test_two_ways_to_keep_a_copy(live_server, tmp_path):
    partner = PartnerFactory()
    ApiKeyFactory(partner=partner, raw="wecd_of_the_tool")
    action = ActionFactory(lead=partner)
    call, later = CallFactory(action=action), CallFactory(action=action)
    kept, changed, gone = (ApplicationFactory(call=call, submitted=True, answers=False) for _ in range(3))
    elsewhere = ApplicationFactory(submitted=True)
    tool = Tool(tmp_path, live_server.url, "wecd_of_the_tool")

    tool.run()

    assert tool.copy() == database(action)
    assert len(tool.copy()) == 3
    assert tool.ask("SELECT count(*) FROM wecd.calls") == [(Call.objects.count(),)]

    changed.title, changed.state = "A blanket for two", "admissible"
    changed.save()
    gone.delete()
    new = ApplicationFactory(call=later, submitted=True)
    later.title_fr = "Chèque de printemps"
    later.save()
    tool.run()

    assert tool.copy() == database(action)
    assert {row[0] for row in tool.copy()} == {str(each.pk) for each in (kept, changed, new)}
    assert ("A blanket for two", "admissible") in {row[1:] for row in tool.copy()}
    assert tool.ask(f"SELECT title__fr FROM wecd.calls WHERE id = '{later.pk}'") == [("Chèque de printemps",)]

    action.lead = PartnerFactory()  # a right that is lost is a deletion
    action.save()
    elsewhere.call.action.lead = partner  # one that is gained, a creation
    elsewhere.call.action.save()
    tool.run()

    assert (
        tool.copy() == database(elsewhere.call.action) == {(str(elsewhere.pk), elsewhere.title, "submitted")}
    )
