"""History, import and masked fields in a real browser; history and import accessible in every look."""

import pytest
from playwright.sync_api import expect

from accounts.domain import enterprises
from accounts.models import Enterprise
from tests.accounts.factories import EnterpriseFactory, UserFactory, enterprise_number
from tests.browser.test_every_page import LOOKS
from wecd.common.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
IMPORT = "/admin/accounts/enterprise/import/"


@pytest.fixture
def officer():
    return UserFactory(roles=["officer"], name="Olivia Officer", language="en")


def csv(text: str) -> list[dict]:
    return [{"name": "enterprises.csv", "mimeType": "text/csv", "buffer": text.encode("cp1252")}]


def test_import_history_and_one_masked_field(page, live_server, sign_in, expect_errors, officer):
    sign_in(page, officer)
    number = enterprise_number(990)
    page.goto(f"{live_server.url}{IMPORT}")
    page.set_input_files("input[type=file]", csv("number;name\r\n0403019262;Zoé\r\n"))
    page.get_by_role("button", name="Try this file").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was imported.")
    expect(page.locator("table.versions tbody tr")).to_contain_text("Enterprise number")
    expect_errors(page)  # a file with mistakes is answered 422, which the console tells

    text = f"number;name;legal_form;postal_code;iban\r\n{number};Crêperie Zoé;SRL;5000;BE68539007547034\r\n"
    page.set_input_files("input[type=file]", csv(text))
    page.get_by_role("button", name="Try this file").click()
    assert not Enterprise.objects.exists()
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_text("Imported: 1 added")).to_be_visible()

    made = Enterprise.objects.get()
    page.goto(f"{live_server.url}/admin/accounts/enterprise/{made.pk}/change/")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("BE68539007547034")).to_be_visible()
    assert JournalEntry.objects.get(verb="accounts.enterprise.reveal").actor == officer
    page.get_by_role("link", name="Back", exact=True).click()
    page.locator("a[href$='/history/']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("History of Crêperie Zoé")
    expect(page.locator(".version .by").first).to_have_text("Olivia Officer")


@pytest.mark.parametrize(("width", "theme", "options"), LOOKS)
def test_every_look(page, live_server, sign_in, check, officer, width, theme, options):
    row = EnterpriseFactory(name="Atelier")
    enterprises.update(row, by=officer, name="Atelier Neuf", phone="081 22 33 44")
    sign_in(page, officer)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    own = f"/admin/accounts/enterprise/{row.pk}/"
    for address in (IMPORT, f"{own}history/"):
        page.goto(f"{live_server.url}{address}")
        assert page.locator("h1:visible").count() == 1, address
        check(page, **options)
    assert page.portal_complaints == []
