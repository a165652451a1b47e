"""A typed client made from the schema pulls from a running portal: the code of docs/api/python.md."""

import importlib
import re
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from calls.models import Application
from partners.models import Partner
from scripts import check_client
from tests.actions.factories import ActionFactory
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.partners.factories import ApiKeyFactory, PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)
GUIDE = Path(settings.BASE_DIR) / "docs" / "api" / "python.md"
KEY = "wecd_of_the_client"


@pytest.fixture(scope="module")
def client_made(tmp_path_factory):
    """The package ``wecd_client``, importable while this module's tests run."""
    folder = tmp_path_factory.mktemp("client")
    check_client.make(folder)
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))
    for name in [each for each in sys.modules if each.split(".")[0] == check_client.PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def action():
    partner = PartnerFactory()
    ApiKeyFactory(partner=partner, raw=KEY)
    return ActionFactory(lead=partner)


def pulled(capsys, **changes: str) -> list[str]:
    """What the code of the guide prints, with these changes to it."""
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[1]
    for old, new in changes.items():
        assert old in code
        code = code.replace(old, new)
    capsys.readouterr()
    exec(compile(code, str(GUIDE), "exec"), {"__name__": "guide"})
    return capsys.readouterr().out.splitlines()


def test_the_guide_pulls_every_row_one_row_and_an_error(client_made, action, live_server, capsys):
    call = CallFactory(action=action)
    made = [ApplicationFactory(call=call, submitted=True, title=f"Project {number}") for number in range(3)]
    here = {
        "http://127.0.0.1:8000": live_server.url,
        "wecd_demo_partner_key": KEY,
        "page_size=50": "page_size=1",
    }
    printed = pulled(capsys, **here)
    assert printed[:3] == [f"{row.reference} submitted {row.title}" for row in made]
    assert printed[3].startswith("6000.00 20")
    assert printed[4] == "“cursor” is not a cursor this API gave."


@pytest.fixture
def demo(transactional_db, settings):
    settings.WECD_ENV, settings.IS_DEMO = "demo", True
    call_command("load_demo", share=0.01, verbosity=0)


def test_the_guide_pulls_the_demonstration_with_its_key(client_made, demo, live_server, capsys):
    seen = Application.objects.visible_to_partner(Partner.objects.get(code="WD").pk).order_by(
        "created_at", "pk"
    )
    expected = [f"{row.reference} {row.state} {row.title}" for row in seen]
    assert len(expected) > 10

    printed = pulled(capsys, **{"http://127.0.0.1:8000": live_server.url, "page_size=50": "page_size=10"})

    assert printed[: len(expected)] == expected
    assert printed[-1] == "“cursor” is not a cursor this API gave."


def test_open_data_and_the_feed(client_made, action, live_server):
    ApplicationFactory(call=CallFactory(action=action), submitted=True)
    package = importlib.import_module("wecd_client")
    models = importlib.import_module("wecd_client.models")
    calls = importlib.import_module("wecd_client.api.calls.list_calls")
    changes = importlib.import_module("wecd_client.api.changes.list_changes")
    anyone = package.Client(live_server.url)
    page = calls.sync(client=anyone, fields="code,phase,action")
    assert [type(row) for row in page.results] == [models.Call]
    assert page.results[0].phase == models.Phase.OPEN
    assert page.results[0].action.axis.programme.code == action.axis.programme.code
    assert (
        type(calls.sync(client=package.AuthenticatedClient(live_server.url, "wecd_nobody"))) is models.Problem
    )

    partner = package.AuthenticatedClient(live_server.url, KEY)
    feed = changes.sync(client=partner, resources="calls,applications")
    kinds = {type(change).__name__: type(change.data).__name__ for change in feed.results}
    assert kinds == {"CallChange": "Call", "ApplicationChange": "Application"}
    assert changes.sync(client=partner, after=feed.cursor).results == []
