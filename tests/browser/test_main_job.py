"""The main job, whole: from a call written in the back office to a voucher a partner reads in the API."""

import pytest
from playwright.sync_api import expect

from calls.models import Application, Call
from grants.models import Award
from partners.domain import keys
from partners.enums import Scope
from tests.accounts.factories import UserFactory
from tests.actions.factories import ActionFactory
from tests.browser import journey
from tests.grants.factories import EnvelopeFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff():
    """French-speaking people of the administration."""
    names = {"officer": "Olivia Officier", "manager": "Maud Manager", "finance": "Félix Finance"}
    return {role: UserFactory(roles=[role], name=name, language="fr") for role, name in names.items()}


@pytest.fixture
def action():
    return ActionFactory(name="Chèques créativité")


def body(page, path, **headers):
    response = page.request.get(path, headers=headers)
    assert response.status == 200, response.text()
    return response


def test_from_an_empty_call_to_a_voucher(
    page, browser, live_server, sign_in, check, staff, action, run_jobs, mailoutbox
):
    site, envelope = live_server.url, EnvelopeFactory(action=action, name="Chèques 2026", amount=60_000)
    page.set_viewport_size({"width": 1280, "height": 900})

    # The officer writes the call and publishes it.
    sign_in(page, staff["officer"])
    call_url = journey.write_call(page, site, action, envelope, check)
    journey.build_form(page, call_url, check)
    journey.publish(page, call_url, check)
    call = Call.objects.get()
    assert (call.state, call.strands.get().ceiling, call.rules.get().code) == (
        "published",
        6000,
        "wallonia_seat_or_site",
    )

    # An entrepreneur, of whom nothing is known yet, finds it and sees that they qualify.
    page.context.clear_cookies()
    journey.find_call(page, site, check)
    page.locator('#eligible input[value="yes"]').first.check()
    expect(page.locator("[data-verdict] [data-testid=verdict], [data-verdict] .alert")).to_be_visible()
    check(page)
    journey.sign_up(page, check)
    journey.register_enterprise(page, check, scripts=True)
    journey.fill_in(page, check, scripts=True)
    reference = journey.submit(page, check)
    assert reference == "CC-2026-0001"
    receipt = journey.mail_to(journey.EMAIL, "calls/receipt")
    application = Application.objects.get(reference=reference)
    assert reference in receipt.body
    assert application.submissions.get().sha256 in receipt.body
    assert (application.eligible_cost, application.requested) == (8000, 6000)
    entrepreneur = application.applicant

    # The officer admits and proposes, and cannot approve what they proposed.
    sign_in(page, staff["officer"])
    journey.move(page, site, application, "admit", check)
    journey.move(page, site, application, "propose", check, reasons="Un projet clair, vite utile.")
    expect(page.get_by_test_id("cannot-award")).to_be_visible()
    expect(page.get_by_test_id("move-award")).to_have_count(0)
    refused = page.request.get(f"{site}/admin/calls/application/{application.pk}/award/do/")
    assert refused.status == 403
    envelope.refresh_from_db()
    assert envelope.committed == 0

    # A second person approves: the money is committed to the cent.
    sign_in(page, staff["manager"])
    journey.move(page, site, application, "award", check)
    envelope.refresh_from_db()
    award = Award.objects.get()
    assert (award.state, award.amount, envelope.committed, envelope.free) == ("approved", 6000, 6000, 54_000)
    assert (award.proposed_by, award.approved_by) == (staff["officer"], staff["manager"])

    # The entrepreneur's voucher; what it says in public names nobody.
    sign_in(page, entrepreneur)
    page.goto(f"{site}/fr/space/")
    check(page)
    page.goto(f"{site}/fr/vouchers/{award.voucher.pk}/")
    expect(page.get_by_test_id("voucher-code")).to_have_text(award.voucher.code)
    check(page)
    pdf = body(page, f"{page.url}voucher.pdf")
    assert pdf.body().startswith(b"%PDF-")
    assert award.voucher.code in pdf.headers["content-disposition"]
    assert journey.mail_to(journey.EMAIL, "vouchers/pay_own_share").language == "fr"
    public = f"{site}/fr/vouchers/verify/{award.voucher.token}/"
    assert award.voucher.state == "awaiting_contribution"
    page.context.clear_cookies()
    page.goto(public)
    expect(page.locator(".alert-error")).to_be_visible()
    check(page)
    shown = page.content()
    assert award.voucher.code in shown
    for private in ("Ardenne", "Élise", "Dardenne", journey.EMAIL, journey.NUMBER, "Panneaux"):
        assert private not in shown

    # Partners read the award, and with a key the voucher.
    listed = body(page, f"{site}/api/v1/awards").json()["results"]
    assert [(row["reference"], row["amount"]["amount"]) for row in listed] == [(reference, "6000.00")]
    assert page.request.get(f"{site}/api/v1/vouchers").status == 401
    key = keys.create(partner=action.lead, name="Suivi", scopes=[Scope.VOUCHERS_READ], by=staff["manager"])[1]
    vouchers = body(page, f"{site}/api/v1/vouchers", Authorization=f"Bearer {key}").json()["results"]
    assert [row["code"] for row in vouchers] == [award.voucher.code]

    # All that was promised by mail leaves.
    run_jobs()
    subjects = [message.subject for message in mailoutbox if message.to == [journey.EMAIL]]
    assert len(subjects) >= 4
