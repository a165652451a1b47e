"""The start in Chromium: the sentence counts as it is said, works without scripts; pages are accessible."""

import pytest

from tests.browser.journey import follow
from tests.calls.factories import CallRuleFactory
from tests.calls.views.test_public import full_call
from tests.hubs.factories import HubFactory

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture
def call(db):
    call = full_call(1, title_fr="Chèque créativité", kind="creative_voucher")
    CallRuleFactory(call=call, code="size_class", params={"allowed": ["micro"]})
    HubFactory(programme=call.action.axis.programme, city="Mons")
    return call


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_are_accessible(page, live_server, check, call, width, theme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    action = call.action
    for address in (
        "",
        "find/?who=micro",
        "find/?who=large",
        "programme/",
        f"axes/{action.axis.slug}/",
        f"actions/{action.slug}/",
        f"partners/{action.lead.code}/",
    ):
        page.goto(f"{live_server.url}/fr/{address}")
        check(page)
        assert page.locator("h1").count() == 1


def test_the_sentence_counts_as_it_is_said(page, live_server, check, call):
    page.goto(f"{live_server.url}/en/")
    result = page.locator("[data-fits]")
    assert result.inner_text() == "1 hub fits you"
    page.select_option('select[name="who"]', "micro")
    page.get_by_text("1 call and 1 hub fit you").wait_for()
    page.select_option('select[name="where"]', "mons")
    check(page)
    assert page.url.endswith("/en/")  # nothing happened but the count
    result.click()
    page.wait_for_url("**/en/find/?who=micro&where=mons&seek=designer")
    assert page.locator("h1").inner_text() == "1 call and 1 hub fit you"
    page.select_option('select[name="who"]', "large")  # here a change leads to its results
    page.wait_for_url("**who=large**")
    check(page)


def test_the_sentence_without_scripts(browser, live_server, call):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/en/")
    page.select_option('select[name="who"]', "micro")
    follow(page, page.get_by_role("button", name="Show what fits"))
    assert "who=micro" in page.url
    assert page.locator('[data-testid="call-card"]').count() == 1
    context.close()
