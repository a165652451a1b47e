"""The examples of docs/api/README.md work."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.api import contract, rows
from tests.api.conftest import Api
from tests.partners.factories import ApiKeyFactory

pytestmark = pytest.mark.django_db
GUIDE = (Path(settings.BASE_DIR) / "docs" / "api" / "README.md").read_text(encoding="utf-8")
ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/api/[^'\"\s]+)")


@pytest.mark.parametrize("address", ADDRESS.findall(GUIDE))
def test_addresses_answer(address, wd):
    ApiKeyFactory(partner=wd, raw="wecd_demo_partner_key")
    assert Api("wecd_demo_partner_key").get(address).status_code == 200


def test_the_python_reads_every_page(live_address, action, officer, manager, capsys):
    awards = [rows.award(action, officer, manager) for _ in range(3)]
    code = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL)[1]
    exec(compile(code.replace("page_size=500", "page_size=1"), "README", "exec"), {"urlopen": live_address})  # noqa: S102
    printed = capsys.readouterr().out.splitlines()
    assert printed == [f"{award.reference} 6000.00 {award.title}" for award in awards]


@pytest.fixture
def live_address(anonymous, monkeypatch):
    """``urlopen`` on Django's client, in the test's own transaction."""
    import io
    import urllib.request

    def urlopen(request):
        parts = urlsplit(request.full_url)
        return io.BytesIO(anonymous.get(f"{parts.path}?{parts.query}").content)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return urlopen


def test_the_error_shown_is_the_error_given(anonymous):
    shown = json.loads(re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)[1])
    assert json.loads(anonymous.get("calls", colour="red").content) == shown


def test_the_page_of_the_feed_shown_is_one_as_the_schema_says():
    text = (Path(settings.BASE_DIR) / "docs" / "api" / "changes.md").read_text(encoding="utf-8")
    shown = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1])
    schema = contract.published()
    page = schema["components"]["schemas"]["ChangesPage"]
    for change in shown["results"]:
        change["id"] = "019aa2c4-6b1e-7c3f-9d52-0f6a3b8e4c71"  # shortened, as are the members of “data”
        change["data"] = change["data"] and {"reference": change["data"]["reference"]}
    assert len(shown["results"]) == 2
    assert contract.errors(schema, page, shown) == []
