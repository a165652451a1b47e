"""A day in the back office, in a browser: what waits, is asked, decided and sent; and who may not."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from calls.models import Application
from hubs.models import HubManager
from partners.models import PartnerMember
from tests.accounts.factories import EnterpriseFactory, UserFactory
from tests.browser import journey
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.hubs.factories import HubFactory
from tests.partners.factories import PartnerFactory
from wecd.common import clocks
from wecd.common.models import HeldTemplate, OutboxMessage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(db):
    """A call with three applications whose clocks run, an officer, a manager, and decision mails held."""
    with transaction.atomic():
        call = CallFactory(title="Chèque créativité 2026")
        claire = UserFactory(name="Claire Lejeune", email="claire@example.org")
        mine = EnterpriseFactory(name="Atelier Lejeune", owner=claire)
        rows = [
            ApplicationFactory(
                call=call, applicant=claire, enterprise=mine, submitted=True, title="Tables pliantes"
            )
        ]
        rows += ApplicationFactory.create_batch(2, call=call, submitted=True)
        for row in rows:
            clocks.start(row, "admissibility", working_days=5, at=timezone.now() - timedelta(days=1))
        HeldTemplate.objects.create(template="calls/decisions_awarded")
        people = {
            "officer": UserFactory(roles=["officer"], name="Nadia Claes", language="en"),
            "manager": UserFactory(roles=["manager"], name="Luc Stassen", language="en"),
            "claire": claire,
        }
    return call, rows, people


def choose(page, rows, action):
    """Tick rows of a list, all of them when none are named, and run an action on them."""
    page.locator('input[name="_selected_action"]').first.wait_for()
    for box in page.locator('input[name="_selected_action"]').all() if rows is None else ():
        box.check()
    for row in rows or ():
        page.locator(f'input[name="_selected_action"][value="{row.pk}"]').check()
    page.locator('select[name="action"]').select_option(action)
    button = page.locator('#changelist-actions button[name="index"], .actions button[name="index"]').first
    journey.follow(page, button)


def test_an_officers_day(page, live_server, sign_in, check, office, run_jobs):
    call, (first, *others), people = office
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    page.set_viewport_size({"width": 1280, "height": 900})

    # The dashboard says what waits; a clock leads to its application.
    sign_in(page, people["officer"])
    page.goto(f"{live_server.url}/admin/")
    expect(page.locator(".desk-queues")).to_contain_text("applications to check")
    check(page)
    page.locator(".desk-clock a", has_text=first.reference).click()
    expect(page.locator("#content-main h1")).to_contain_text("Tables pliantes")
    check(page)

    # One question is unclear: the officer opens it, and nothing else.
    journey.follow(page, page.get_by_test_id("move-request_information"))
    page.fill("#id_message", "Say in which workshop the tables are made.")
    page.locator('input[name="keys"][value="pitch"]').check()
    check(page)
    journey.follow(page, page.get_by_test_id("do-move"))
    expect(page.locator(".note-error")).to_have_count(0)
    assert clocks.of(first, "admissibility").paused_at

    # The applicant is told, answers in the portal and gets a new receipt.
    sign_in(page, people["claire"])
    page.goto(f"{live_server.url}/en/space/")
    journey.follow(page, page.locator("main").get_by_role("link", name=re.compile("Complete|Answer")).first)
    if page.locator("#q-pitch").count() == 0:
        page.goto(f"{live_server.url}/en/applications/{first.pk}/project/")
    page.locator("#q-pitch").fill("In our workshop of Salzinnes, with ash from the Ardennes.")
    page.locator("#q-pitch").blur()
    expect(page.get_by_test_id("autosave-status")).to_contain_text(re.compile(r"\d"))
    page.goto(f"{live_server.url}/en/applications/{first.pk}/information/")
    check(page)
    journey.follow(page, page.get_by_test_id("send-information"))
    first.refresh_from_db()
    assert first.state == "submitted"
    assert first.submissions.count() == 2
    assert clocks.of(first, "admissibility").paused_at is None

    # The officer reads what changed and declares it admissible; the others at once, then proposes all.
    sign_in(page, people["officer"])
    page.goto(f"{live_server.url}/admin/calls/application/{first.pk}/change/")
    expect(page.locator("main")).to_contain_text("Salzinnes")
    journey.move(page, live_server.url, first, "admit", check)
    page.goto(f"{live_server.url}/admin/calls/application/?state=submitted")
    check(page)
    choose(page, others, "admit_selected")
    page.get_by_test_id("do-batch").click()
    expect(page.get_by_test_id("batch-words")).to_contain_text("2")
    check(page)
    page.goto(f"{live_server.url}/admin/calls/application/?state=admissible")
    choose(page, None, "propose_selected")
    page.fill("#id_reasons", "Creation changes how the product is made.")
    check(page)
    page.get_by_test_id("do-batch").click()
    expect(page.get_by_test_id("batch-words")).to_contain_text("3")
    assert set(Application.objects.values_list("state", flat=True)) == {"selected"}

    # Nobody approves what they proposed; the manager does, and nothing leaves before it is released.
    sign_in(page, people["manager"])
    page.goto(f"{live_server.url}/admin/")
    journey.follow(page, page.locator(".desk-queues a", has_text="awards to approve"))
    choose(page, None, "approve_selected")
    page.get_by_test_id("do-batch").click()
    expect(page.get_by_test_id("batch-words")).to_contain_text("3")
    assert set(Application.objects.values_list("state", flat=True)) == {"awarded"}
    held = OutboxMessage.objects.filter(state="held", template="calls/decisions_awarded")
    assert held.count() == 3
    page.goto(f"{live_server.url}/admin/")
    journey.follow(page, page.locator(".desk-queues a", has_text="mails held"))
    check(page)
    choose(page, None, "release_selected")
    if page.get_by_test_id("do-release").count():
        journey.follow(page, page.get_by_test_id("do-release"))
    assert held.count() == 0
    run_jobs(later=True)
    sent = OutboxMessage.objects.filter(template="calls/decisions_awarded", state="sent")
    assert sent.count() == 3


def test_an_auditor_tries_every_button_and_changes_nothing(page, live_server, sign_in, office):
    _call, (first, *_others), _people = office
    with transaction.atomic():
        auditor = UserFactory(roles=["auditor"], language="en")
    sign_in(page, auditor)
    before = list(Application.objects.order_by("pk").values_list("pk", "state", "updated_at"))
    for address in (
        "/admin/",
        f"/admin/calls/application/{first.pk}/change/",
        f"/admin/calls/call/{first.call_id}/change/",
        "/admin/common/outboxmessage/",
        "/admin/common/journalentry/",
        f"/admin/grants/envelope/{first.call.envelope_id}/change/",
    ):
        page.goto(live_server.url + address)
        expect(page.locator("main h1, #content h1, h1").first).to_be_visible()
        assert page.locator('[data-testid^="move-"], button[name="_save"], input[name="_save"]').count() == 0
        assert page.locator('select[name="action"] option:not([value=""])').count() == 0
    for verb in ("admit", "refuse", "propose", "award", "reject", "request_information"):
        page.goto(f"{live_server.url}/admin/calls/application/{first.pk}/{verb}/do/")
        button = page.get_by_test_id("do-move")
        if button.count():
            journey.follow(page, button)
    page.portal_complaints.clear()
    assert list(Application.objects.order_by("pk").values_list("pk", "state", "updated_at")) == before


def test_a_partner_editor_and_a_hub_manager_see_only_theirs(page, live_server, sign_in, check, office):
    with transaction.atomic():
        partner, hub = PartnerFactory(name="Maison du design"), HubFactory(name="Le Quai")
        PartnerFactory(name="Another partner"), HubFactory(name="Another hub")
        editor, manager = UserFactory(roles=["partner_editor"]), UserFactory(roles=["hub_manager"])
        PartnerMember.objects.create(partner=partner, user=editor)
        HubManager.objects.create(hub=hub, user=manager)
    for person, ours, theirs, where in (
        (editor, "Maison du design", "Another partner", "partners/partner"),
        (manager, "Le Quai", "Another hub", "hubs/hub"),
    ):
        sign_in(page, person)
        for address in ("/admin/", f"/admin/{where}/"):
            page.goto(live_server.url + address)
            expect(page.locator("body")).to_contain_text(ours)
            expect(page.locator("body")).not_to_contain_text(theirs)
            check(page)
        response = page.goto(f"{live_server.url}/admin/calls/application/")
        assert response.status == 403 or "calls/application" not in page.url
        page.portal_complaints.clear()
