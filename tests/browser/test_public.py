"""The public pages in Chromium: accessible in both themes and widths, live with scripts, whole without."""

import re

import pytest

from calls.models import Call
from tests.browser.journey import follow
from tests.calls.factories import CallFactory, CallRuleFactory, StrandFactory
from tests.calls.views.test_public import full_call, in_phase

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture
def call(db):
    call = full_call(2, title_fr="Chèque créativité")
    Call.objects.filter(pk=call.pk).update(own_share_first=True)
    sme = {"allowed": ["micro", "small", "medium"]}
    CallRuleFactory(call=call, code="size_class", params=sme, position=1)
    CallRuleFactory(call=call, code="wallonia_seat_or_site", params={"which": "both"}, position=2)
    CallRuleFactory(call=call, code="legal_form", params={"allowed": ["srl", "sa"]}, position=3)
    for phase in ("closing", "to_come", "closed", "results", "cancelled"):
        in_phase(phase, slug=phase)
    return call


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_are_accessible(page, live_server, check, call, width, theme, language):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    addresses = ["", "calls/", "calls/?f=1&q=zzz", f"calls/{call.slug}/", f"calls/{call.slug}/check/?sme=no"]
    if language == "en":
        addresses += [f"calls/{phase}/" for phase in ("closing", "to_come", "results", "cancelled")]
    for address in addresses:
        page.goto(f"{live_server.url}/{language}/{address}")
        check(page)
        assert page.locator("h1").count() == 1


def test_the_check_answers_as_one_answers(page, live_server, check, call):
    page.goto(f"{live_server.url}/en/calls/{call.slug}/")
    verdict = page.locator("[data-verdict]")
    page.check('input[name="sme"][value="yes"]')
    verdict.get_by_text("So far, yes.").wait_for()
    check(page)
    page.check('input[name="wallonia-both"][value="no"]')
    verdict.get_by_text("As it stands, no.").wait_for()
    check(page)
    assert page.url.endswith(f"/en/calls/{call.slug}/")  # nothing in the address either
    page.check('input[name="wallonia-both"][value="yes"]')
    page.select_option('select[name="legal_form"]', "srl")
    page.check('input[name="de_minimis"][value="within"]')
    verdict.get_by_text("Yes, you can apply.").wait_for()
    assert page.context.cookies() == []


def test_the_split_follows_the_cost(page, live_server, check, call):
    StrandFactory(call=call, code="big", title="Big", ceiling=20_000, funding_rate=50, floor=5_000)
    page.goto(f"{live_server.url}/en/calls/{call.slug}/")
    page.fill("#cost", "10 000,50")
    page.locator("[data-sentence]").get_by_text("€4,000.50").wait_for()
    assert "€6,000" in page.locator("svg.splitbar").get_attribute("aria-label")
    assert page.locator("[data-capped-says]").is_visible()
    page.fill("#cost", "beaucoup")
    page.get_by_text("Write the cost as a number above zero").wait_for()
    assert page.locator("#cost").get_attribute("aria-invalid") is not None
    check(page)
    page.select_option("#strand", "big")
    page.fill("#cost", "6000")
    page.get_by_text("Too small: the smallest grant is €5,000.").wait_for()
    assert page.locator("[data-cost-error]").is_hidden()
    check(page)


def test_the_script_and_the_server_share_a_cost_alike(page, live_server, call):
    """Two implementations of one sum: they must never disagree."""
    for typed in ("8000", "1", "0,01", "7 999,99", "8.000,01", "1234.56", "123.456", "9999999"):
        page.goto(f"{live_server.url}/en/calls/{call.slug}/")
        page.fill("#cost", "77")
        page.locator("[data-sentence]").get_by_text("€16.17").wait_for()
        page.fill("#cost", typed)
        page.wait_for_timeout(200)
        live = page.locator("[data-sentence]").inner_text()
        page.goto(f"{live_server.url}/en/calls/{call.slug}/?cost={typed}")
        assert page.locator("[data-sentence]").inner_text() == live, typed


def test_the_list_follows_its_filters_in_place(page, live_server, check, call):
    CallFactory(title_fr="Boost", boost_up=True)
    page.goto(f"{live_server.url}/en/calls/")
    cards = page.get_by_test_id("call-card")
    everything = cards.count()
    page.check('input[name="kind"][value="creative_voucher"]')
    page.wait_for_url(re.compile("kind=creative_voucher"))
    page.wait_for_function(f"document.querySelectorAll('[data-testid=call-card]').length < {everything}")
    assert "call" in page.locator("#announcer").inner_text()
    page.fill('input[name="q"]', "zzz")
    page.get_by_text("No call fits these filters").wait_for()
    check(page)


def test_all_of_it_works_without_scripts(browser, live_server, call):
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(f"{live_server.url}/en/calls/")
    page.check('input[name="status"][value="results"]')
    follow(page, page.get_by_role("button", name="Show"))
    assert page.get_by_text("Call results", exact=True).is_visible()
    page.goto(f"{live_server.url}/en/calls/{call.slug}/")
    page.check('input[name="sme"][value="no"]')
    follow(page, page.get_by_role("button", name="Check"))
    assert page.get_by_text("As it stands, no.").is_visible()
    assert page.locator('input[name="sme"][value="no"]').is_checked()
    page.goto(f"{live_server.url}/en/calls/{call.slug}/")
    page.fill("#cost", "10000")
    follow(page, page.get_by_role("button", name="Work it out"))
    assert page.get_by_text("The grant stops at €6,000").is_visible()
    context.close()
