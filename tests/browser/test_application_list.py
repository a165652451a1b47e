"""The list officers live in, in a real browser: filters, views, many at once; accessible in every look."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from calls.models import Application
from tests.accounts.factories import UserFactory
from tests.browser.journey import follow
from tests.browser.test_every_page import LOOKS
from tests.calls.factories import ApplicationFactory, CallFactory
from wecd.common import clocks

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/calls/application/"


@pytest.fixture
def officer():
    return UserFactory(roles=["officer"], name="Olivia Officer", language="en")


@pytest.fixture
def rows():
    with transaction.atomic():
        call = CallFactory()
        found = [
            ApplicationFactory(call=call, submitted=True, answers=False, title=f"A blanket {n}")
            for n in range(3)
        ]
        clocks.start(found[0], "admissibility", working_days=5)
        ApplicationFactory(call=call, submitted=True, state="rejected", answers=False, title="A chair")
    return found


def test_filter_keep_choose_and_confirm(page, live_server, sign_in, officer, rows):
    sign_in(page, officer)
    page.goto(f"{live_server.url}{LIST}")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("State").select_option("submitted")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(3)
    page.locator("#searchbar").fill("blanket")
    page.locator(".list-search-line button").click()
    expect(page).to_have_url(f"{live_server.url}{LIST}?q=blanket&state=submitted", timeout=10_000)

    page.get_by_text("Keep this view").click()
    page.get_by_label("Name").fill("My blankets")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".list-views li.current")).to_contain_text("My blankets")

    page.locator("#action-toggle").check()
    expect(page.locator(".action-counter")).to_contain_text("3 of 3 selected")
    page.locator("select[name=action]").select_option("admit_selected")
    page.locator("#changelist-actions button[type=submit]").click()
    page.get_by_role("button", name="Declare 3 admissible").click()
    expect(page.get_by_test_id("batch-words")).to_have_text("3 done, 0 refused")
    assert Application.objects.filter(state="admissible").count() == 3
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_text("No application matches")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme", "options"), LOOKS)
def test_every_look(page, live_server, sign_in, check, officer, rows, width, scheme, options):
    sign_in(page, officer)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)

    for query in ("", "?state=submitted&q=blanket", "?state=awarded"):
        page.goto(f"{live_server.url}{LIST}{query}")
        page.locator(".list-filters > summary").click()
        check(page, **options)
    page.goto(f"{live_server.url}{LIST}?q=blanket")
    page.locator(".list-keep > summary").click()
    check(page, **options)
    page.get_by_label("Name").fill("Kept")
    follow(page, page.get_by_role("button", name="Keep it"))
    follow(page, page.locator(".list-views .edit"))
    check(page, **options)
    page.goto(f"{live_server.url}{LIST}")
    for box in page.locator(".action-select").all():
        box.check()
    page.locator("select[name=action]").select_option("refuse_selected")
    check(page, **options)
    follow(page, page.locator("#changelist-actions button[type=submit]"))
    check(page, **options)
    page.get_by_label("Reasons").fill("No quote.")
    page.get_by_test_id("do-batch").click()
    expect(page.get_by_test_id("batch-words")).to_have_text("3 done, 1 refused")
    check(page, **options)


def test_without_scripts_all_of_it_still_works(browser, live_server, sign_in, officer, rows):
    page = browser.new_context(java_script_enabled=False, locale="en").new_page()
    sign_in(page, officer)
    page.goto(f"{live_server.url}{LIST}?q=blanket")
    page.locator(".action-select").first.check()
    page.locator("select[name=action]").select_option("admit_selected")
    page.locator("#changelist-actions button[type=submit]").click()
    page.get_by_test_id("do-batch").click()

    expect(page.get_by_test_id("batch-words")).to_have_text("1 done, 0 refused")
    page.context.close()
