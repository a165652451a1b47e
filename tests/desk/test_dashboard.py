"""The first page of the back office: figures that are true, links that lead to them, a fixed price."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.accounts.factories import UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory, selected_application
from tests.hubs.factories import HubFactory
from tests.partners.factories import PartnerFactory
from wecd.common import journal
from wecd.common.models import JournalCheck
from wecd.desk import dashboard, queues
from wecd.desk.sparkline import sparkline

pytestmark = pytest.mark.django_db


def texts(user) -> dict[str, int]:
    return {queue.words: queue.count for queue in queues.of(user)}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_price_does_not_depend_on_the_rows(client, manager, rows, django_assert_max_num_queries):
    for _index in range(rows):
        call = CallFactory()
        ApplicationFactory.create_batch(rows, call=call, submitted=True)
        selected_application(proposed_by=UserFactory(roles=["officer"]))
    client.force_login(manager)
    client.get("/admin/")
    with django_assert_max_num_queries(24) as queries:
        response = client.get("/admin/")
    assert response.status_code == 200
    seen = test_the_price_does_not_depend_on_the_rows.__dict__.setdefault("seen", len(queries))
    assert len(queries) == seen


def test_every_figure_is_the_length_of_its_list(client, manager, officer):
    ApplicationFactory.create_batch(3, call=CallFactory(), submitted=True)
    ApplicationFactory(submitted=True, officer=manager)
    selected_application(proposed_by=officer)
    selected_application(proposed_by=manager)  # mine: another must approve it
    client.force_login(manager)
    found = queues.of(manager)
    assert {queue.words: queue.count for queue in found if queue.count} == {
        "applications to check": 4,
        "award to approve": 1,
    }
    for queue in found:
        listed = client.get(queue.url).context["cl"]
        assert len(listed.result_list) == queue.count, queue.words
        for note in queue.notes:
            if note.url:
                number = int(re.match(r"\d+", note.words)[0])
                assert len(client.get(note.url).context["cl"].result_list) == number, note.words


def test_a_calls_figures_lead_to_its_applications(client, officer):
    call = CallFactory()
    ApplicationFactory.create_batch(2, call=call, submitted=True)
    ApplicationFactory(call=call)
    client.force_login(officer)
    line = next(line for line in dashboard.gather(officer)["calls"] if line.call == call)
    assert (line.submitted, line.drafts, line.recent) == (2, 1, 2)
    assert len(client.get(line.submitted_url).context["cl"].result_list) == 2


def test_each_role_waits_for_its_own(officer, finance, auditor):
    selected_application(proposed_by=officer)
    assert "award to approve" not in texts(officer)
    assert texts(finance)["award to approve"] == 1
    assert "applications to check" not in texts(finance)
    assert texts(auditor) == {}


def test_the_auditor_reads_the_whole_dashboard(client, auditor):
    CallFactory()
    client.force_login(auditor)
    page = client.get("/admin/").content.decode()
    assert "Nothing waits for you" in page
    assert "Last decisions" in page
    assert "Write a call" not in page


def test_a_partners_editor_sees_their_page_and_nothing_of_the_programme(client):
    from hubs.models import HubManager
    from partners.models import PartnerMember

    person = UserFactory(roles=["partner_editor", "hub_manager"])
    partner, hub = PartnerFactory(name="Ours"), HubFactory(name="Our hub")
    PartnerFactory(name="Theirs")
    PartnerMember.objects.create(partner=partner, user=person)
    HubManager.objects.create(hub=hub, user=person)
    ApplicationFactory(submitted=True, title="Secret project")
    client.force_login(person)
    page = client.get("/admin/").content.decode()
    assert "Ours" in page
    assert "Our hub" in page
    assert "Theirs" not in page
    assert "Last decisions" not in page
    assert "Secret project" not in client.get("/admin/search/?q=secret").content.decode()


def test_the_journals_proof_is_told(client, manager):
    client.force_login(manager)
    assert "has not been proven yet" in client.get("/admin/").content.decode()
    outcome, signs = journal.check()
    assert (outcome.signs, signs) == (0, [])
    assert "Chain intact" in client.get("/admin/").content.decode()
    JournalCheck.objects.create(at=timezone.now() + timedelta(hours=1), entries=9, heads=1, signs=2)
    assert "2 signs of tampering" in client.get("/admin/").content.decode()


def test_a_line_rises_to_its_top():
    points = re.search(r'points="([^"]+)"', sparkline([0, 1, 2]))[1].split()
    heights = [float(point.split(",")[1]) for point in points]
    assert heights == sorted(heights, reverse=True)
    assert heights[-1] == 1.5
    assert "points" in sparkline([])
