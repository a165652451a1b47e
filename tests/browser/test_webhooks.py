"""Webhooks in a real browser: each page in every look, and the whole way without scripts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from partners.models import WebhookEndpoint
from tests.browser.test_every_page import LOOKS
from tests.partners.factories import PartnerFactory, PartnerMemberFactory
from tests.partners.receiver import receiving
from tests.partners.webhook_factories import DeliveryFactory, EndpointFactory

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/en/partner/WD/webhooks/"


@pytest.fixture
def partner():
    return PartnerFactory(code="WD", name="Wallonie Design")


@pytest.fixture
def member(partner):
    return PartnerMemberFactory(partner=partner, user__name="Sophie Renard", user__language="en").user


@pytest.mark.parametrize(("width", "theme", "options"), LOOKS)
def test_every_look(page, live_server, sign_in, check, partner, member, width, theme, options):
    events = ["call.*", "award.created"]
    endpoint = EndpointFactory(partner=partner, description="Our dashboard", events=events)
    EndpointFactory(partner=partner, state="paused", pause_cause="failing", paused_at=timezone.now())
    row = DeliveryFactory(endpoint=endpoint, status="failed", attempts_made=1)
    row.attempts.create(
        number=1,
        started_at=timezone.now() - timedelta(minutes=1),
        url=endpoint.url,
        request_headers={"webhook-id": row.message.public_id, "webhook-signature": "v1," + "x" * 44},
        status_code=500,
        response_headers=[["Server", "nginx"]],
        response_body="x" * 500,
        error="status",
        milliseconds=12,
    )
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=timezone.now())
    sign_in(page, member)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    one = f"{LIST}{endpoint.pk}/"
    for address in (LIST, one, f"{one}?status=delivered", f"{one}change/", f"{one}delete/"):
        page.goto(live_server.url + address)
        assert page.locator("h1").count() == 1
        check(page, **options)
    page.goto(f"{live_server.url}{one}deliveries/{row.pk}/")
    check(page, **options)


def test_from_the_form_to_the_answer_without_scripts(browser, live_server, partner, member):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    member.set_password("a long password")
    member.save()
    member.emailaddress_set.create(email=member.email, verified=True, primary=True)
    with receiving() as receiver:
        page.goto(f"{live_server.url}/accounts/login/?next={LIST}new/")
        page.locator("input[name=login]").fill(member.email)
        page.locator("input[name=password]").fill("a long password")
        page.locator("input[name=password]").press("Enter")
        page.get_by_label("Address").fill(receiver.url)
        page.get_by_role("button", name="Add the webhook").click()
        expect(page.get_by_role("alert")).to_contain_text("Choose at least one event.")
        page.get_by_role("group", name="Calls").get_by_label("new").check()
        page.get_by_role("button", name="Add the webhook").click()
        receiver.secret = page.get_by_test_id("secret").input_value()
        page.get_by_role("link", name="Continue: send a test event").click()
        page.get_by_role("button", name="Send a test event").click()
        expect(page.get_by_test_id("tested")).to_contain_text("The test event arrived.")
        page.get_by_test_id("tested").get_by_role("link").click()
        expect(page.locator("pre").first).to_contain_text("webhook.test")
        assert receiver.verified()[0]["type"] == "webhook.test"
    assert WebhookEndpoint.objects.get().events == ["call.created"]
    context.close()
