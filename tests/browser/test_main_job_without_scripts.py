"""The entrepreneur's part of the main job in a browser that runs no script, from the call to the receipt."""

import pytest
from playwright.sync_api import expect

from calls.models import Application, DocumentRequest, Form, Question, Section
from tests.browser import journey
from tests.calls.factories import CallFactory, CallRuleFactory, FormFactory, StrandFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call():
    """The call the officer of the main job writes."""
    call = CallFactory(parts=False, code="CC-2026", title_fr=journey.TITLE, state="draft", published_at=None)
    StrandFactory(call=call)
    CallRuleFactory(call=call)
    form = FormFactory(call=call, questions=False)
    section = Section.objects.create(form=form, key="project", title_fr=journey.SECTION, position=1)
    for position, (kind, label) in enumerate(
        [("long_text", journey.PITCH), ("budget", journey.BUDGET)], start=1
    ):
        Question.objects.create(
            section=section, key=f"q{position}", kind=kind, label_fr=label, position=position
        )
    DocumentRequest.objects.create(form=form, key="quote", label_fr=journey.QUOTE)
    Form.objects.filter(pk=form.pk).update(published_at=call.opens_at)
    call.state, call.published_at = "published", call.opens_at
    call.save()
    return call


def test_from_the_call_to_the_receipt(browser, live_server, call):
    context = browser.new_context(java_script_enabled=False, locale="fr-BE")
    page = context.new_page()
    page.set_default_timeout(10_000)

    journey.find_call(page, live_server.url, journey.unchecked)
    page.locator('#eligible input[value="yes"]').first.check()
    page.locator("form.eligible button").first.click()
    expect(page.locator("[data-verdict]")).not_to_be_empty()
    page.go_back()
    journey.sign_up(page, journey.unchecked)
    journey.register_enterprise(page, journey.unchecked, scripts=False)
    journey.fill_in(page, journey.unchecked, scripts=False)
    reference = journey.submit(page, journey.unchecked)

    assert reference == "CC-2026-0001"
    application = Application.objects.get()
    assert (application.reference, application.requested) == (reference, 6000)
    assert application.answers.get(key="q1").value == journey.STORY
    assert application.attachments.get().name == "devis.pdf"
    assert application.enterprise.sites.get(is_registered_office=True).municipality == "Namur"
    assert reference in journey.mail_to(journey.EMAIL, "calls/receipt").body
    context.close()
