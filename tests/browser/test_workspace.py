"""The workspace in a real browser: what is typed survives all five ways of losing it."""

import json
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from calls.models import Answer, Application, Attachment, Call
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory
from tests.browser.journey import follow
from tests.calls.factories import ApplicationFactory
from tests.calls.forms import call_asking

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "Un plaid que l’on répare."
OVER = {"lines": [{"label": "Prototype", "quantity": "5", "unit_price": "680"}]}


@pytest.fixture
def person():
    user = UserFactory(name="Claire Lejeune", language="en")
    EnterpriseFactory(owner=user)
    return user


@pytest.fixture
def draft(person):
    call = call_asking(
        {"key": "other", "kind": "yes_no"},
        {"key": "why", "kind": "short_text", "shown_if": {"question": "other", "in": [True]}},
        documents=[{"key": "quote", "label": "Devis"}],
    )
    enterprise = person.memberships.get().enterprise
    return ApplicationFactory(call=call, enterprise=enterprise, applicant=person, answers=False)


@pytest.fixture
def at(page, live_server, sign_in, draft, person):
    """Open a section, signed in."""
    sign_in(page, person)

    def go(section="project"):
        page.goto(f"{live_server.url}/en/applications/{draft.pk}/{section}/")
        return page

    return go


def status(page):
    return page.get_by_test_id("autosave-status")


def stored(draft, key="pitch"):
    return draft.answers.filter(key=key).values_list("value", flat=True).first()


def kept_here(page):
    return page.evaluate(
        "Object.entries(localStorage).filter(([k]) => k.startsWith('wecd:')).map(([, v]) => v)"
    )


def settled(page):
    """Wait until the server has acknowledged everything typed."""
    for _attempt in range(100):
        if not kept_here(page):
            return
        page.wait_for_timeout(50)
    raise AssertionError("something typed is still waiting")


def test_a_pause_saves_and_says_when(at, draft):
    page = at()
    page.locator("#q-pitch").press_sequentially(TEXT)
    expect(status(page)).to_have_text(re.compile(r"Saved at \d+:\d\d"))
    assert stored(draft) == TEXT
    assert kept_here(page) == []
    expect(page.locator("#field-pitch [data-count]")).to_have_text("5 words of 50")
    expect(page.locator(".section-list ol.not-phone .current small")).to_have_text("1 answer of 5")


# --- The five ways of losing text -----------------------------------------------------------------
@pytest.mark.parametrize("section", ["your-enterprise", "project"])
def test_session_gone(at, draft, person, page, sign_in, expect_errors, section):
    page, field = at(section), "#q-title" if section == "your-enterprise" else "#q-pitch"
    Session.objects.all().delete()
    page.locator(field).fill(TEXT)
    page.locator(field).blur()
    expect(page.locator("#trouble")).to_contain_text(
        "You are signed out. What you type is kept in this browser"
    )
    link = page.locator("#trouble a")
    assert "next=" in link.get_attribute("href")
    assert link.get_attribute("target") == "_blank"
    assert TEXT in json.dumps(kept_here(page), ensure_ascii=False)
    page.get_by_test_id("section-next").click()  # does not leave the text behind
    expect(page.locator(field)).to_have_value(TEXT)
    expect_errors(page)
    sign_in(page, person)  # in another tab: the security token changes as well
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(status(page)).to_contain_text("Saved at")
    expect(page.locator("#trouble")).to_have_count(0)
    draft.refresh_from_db()
    assert (draft.title if section == "your-enterprise" else stored(draft)) == TEXT
    expect_errors(page)


def test_session_gone_and_the_tab_closed(at, draft, person, page, sign_in, live_server, expect_errors):
    page = at()
    Session.objects.all().delete()
    page.locator("#q-pitch").fill(TEXT)
    page.locator("#q-pitch").blur()
    expect(page.locator("#trouble")).to_be_visible()
    expect_errors(page)
    page.goto("about:blank")
    sign_in(page, person)
    page = at()
    expect(page.locator("#notices")).to_contain_text("had not been saved")
    expect(page.locator("#q-pitch")).to_have_value(TEXT)
    expect(status(page)).to_contain_text("Saved at")
    assert stored(draft) == TEXT
    expect_errors(page)


def test_csrf_cookie_gone(at, draft, page, expect_errors):
    page = at()
    page.context.clear_cookies(name="csrftoken")
    page.locator("#q-pitch").fill(TEXT)
    page.locator("#q-pitch").blur()
    expect(status(page)).to_contain_text("Saved at")
    assert stored(draft) == TEXT
    expect_errors(page)


def test_network_dropped(at, draft, page, expect_errors):
    page = at()
    page.context.set_offline(True)
    page.locator("#q-pitch").fill(TEXT)
    page.locator("#q-pitch").blur()
    expect(page.locator("#trouble")).to_contain_text("No connection. What you type is kept in this browser")
    assert stored(draft) is None
    page.context.set_offline(False)
    expect(status(page)).to_contain_text("Saved at")
    expect(page.locator("#trouble")).to_have_count(0)
    assert stored(draft) == TEXT
    expect_errors(page)


def test_a_connection_that_comes_back_by_itself_leaves_no_alarm(at, page, expect_errors):
    page = at()
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator("#trouble")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#trouble")).to_have_count(0)
    expect_errors(page)


def test_deadline_while_typing(at, draft, page, expect_errors):
    page = at()
    Call.objects.update(closes_at=timezone.now() - timedelta(minutes=5))
    page.locator("#q-pitch").fill(TEXT)
    page.locator("#q-pitch").blur()
    expect(page.locator("#trouble")).to_contain_text("The deadline was")
    expect(page.locator("#trouble")).to_contain_text("within 60 seconds")
    expect(page.locator("#q-pitch")).to_have_value(TEXT)
    assert stored(draft) is None
    expect_errors(page)
    at()
    expect(page.locator(".unsent blockquote")).to_have_text(TEXT)  # still there to be copied, later too
    expect_errors(page)


def test_signed_out_without_scripts(browser, live_server, sign_in, draft, person):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, person)
    page.goto(f"{live_server.url}/en/applications/{draft.pk}/project/")
    Session.objects.all().delete()
    page.locator("#q-pitch").fill(TEXT)
    page.get_by_test_id("section-next").click()
    expect(page.locator("main")).to_contain_text("Your text is kept")
    expect(page.locator("main")).to_contain_text(TEXT)
    person.set_password("a long enough one")
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    page.get_by_role("link", name="Sign in and go on").click()
    page.locator("[name=login]").fill(person.email)
    page.locator("[name=password]").fill("a long enough one")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("#q-pitch")).to_have_value(TEXT)
    expect(page.locator("main")).to_contain_text("Your text is back")
    follow(page, page.get_by_test_id("section-next"))
    assert stored(draft) == TEXT
    context.close()


# --- Two at once ----------------------------------------------------------------------------------
def test_two_people_see_each_other(at, draft, browser, live_server, sign_in, page):
    marc = MembershipFactory(enterprise=draft.enterprise, user__name="Marc Hodister", role="editor").user
    page = at()
    context = browser.new_context(locale="en-GB")
    other = context.new_page()
    sign_in(other, marc)
    other.goto(page.url)
    other.locator("#q-pitch").fill("Le texte de Marc")
    other.locator("#q-pitch").blur()
    expect(status(other)).to_contain_text("Saved at")
    page.locator("#q-pitch").fill(TEXT)
    page.locator("#q-pitch").blur()
    expect(page.locator("#field-pitch .notice")).to_contain_text("Marc Hodister had written here")
    assert stored(draft) == TEXT  # the last write wins
    other.evaluate("dispatchEvent(new Event('focus'))")
    expect(other.locator("#field-pitch .notice")).to_contain_text("Claire Lejeune wrote here")
    expect(other.locator("#q-pitch")).to_have_value(TEXT)
    page.locator("#field-pitch .notice button").click()  # take theirs
    expect(page.locator("#q-pitch")).to_have_value("Le texte de Marc")
    expect(status(page)).to_contain_text("Saved at")
    settled(page)
    assert stored(draft) == "Le texte de Marc"
    context.close()


# --- The form -------------------------------------------------------------------------------------
def test_the_budget_adds_up_and_its_error_goes_when_mended(at, draft, person, page):
    Answer.objects.create(application=draft, key="budget", value={"typed": OVER}, updated_by=person)
    page = at()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("€680 is above the ceiling of €625")
    price = page.locator("[data-column=unit_price]").first
    price.fill("600")
    expect(page.locator("[data-total]")).to_have_text("€3,000")
    expect(page.locator("[data-sum=grant]")).to_have_text("€2,250")
    page.locator("[data-add-line]").click()
    expect(page.locator("tr[data-line] [data-column=label]").nth(1)).to_be_focused()
    expect(summary).to_have_count(0)
    row = page.locator("tr[data-line]").nth(1)
    for column, text in (("label", "Essais"), ("quantity", "2"), ("unit_price", "500")):
        row.locator(f"[data-column={column}]").fill(text)
    row.locator("[data-column=unit_price]").blur()
    expect(page.locator("[data-total]")).to_have_text("€4,000")
    expect(status(page)).to_contain_text("Saved at")
    page.locator("[data-remove-line]").first.click()
    settled(page)
    assert [line["label"] for line in stored(draft, "budget")["lines"]] == ["Essais"]
    page.locator("[data-column=unit_price]").first.fill("700")
    page.locator("[data-column=unit_price]").first.blur()
    expect(page.locator(".explains")).to_contain_text("Write €625 or less")


def test_a_question_shows_when_the_other_is_answered(at, page):
    page = at("more")
    why = page.locator("#field-why")
    expect(why).to_be_hidden()
    page.get_by_text("Yes", exact=True).click()
    expect(why).to_be_visible()
    page.get_by_text("No", exact=True).click()
    expect(why).to_be_hidden()


def test_files_are_sent_and_removed(at, draft, page):
    page = at("your-documents")
    files = [
        {"name": f"devis{n}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"} for n in (1, 2)
    ]
    page.locator("#f-quote").set_input_files(files)
    expect(page.locator("[data-list] li")).to_have_count(2)
    assert Attachment.objects.count() == 2
    page.get_by_label("Remove devis1.pdf").click()
    expect(page.locator("[data-list] li")).to_have_count(1)
    assert Attachment.objects.get().name == "devis2.pdf"


def test_a_wrong_file_says_what_to_send(at, page, expect_errors):
    page = at("your-documents")
    page.locator("#f-quote").set_input_files(
        [{"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"hello"}]
    )
    expect(page.locator("[data-upload] [data-error]")).to_contain_text("Send a PDF")
    expect_errors(page)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(at, draft, person, page, check, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    Answer.objects.create(application=draft, key="budget", value={"typed": OVER}, updated_by=person)
    for section in ("your-enterprise", "project", "more", "your-documents", "review"):
        check(at(section))
    page.goto(page.url.split("/applications/")[0] + "/space/")
    check(page)


# --- From the first page to the receipt -----------------------------------------------------------
def fill_in(page, scripts):
    page.locator("#q-title").fill("Panneaux acoustiques")
    page.get_by_test_id("section-next").click()
    page.locator("#q-pitch").fill(TEXT)
    page.locator("#q-provider").fill("Studio Ombelle")
    page.locator("[name=q-new][value=yes]").check()
    page.locator("[data-column=label]").first.fill("Prototype")
    page.locator("[data-column=quantity]").first.fill("5")
    page.locator("[data-column=unit_price]").first.fill("600 €")
    page.locator("[name=q-honest]").check()
    page.get_by_test_id("section-next").click()
    page.locator("[name=q-other][value=no]").check()
    page.get_by_test_id("section-next").click()
    page.locator("#f-quote").set_input_files(
        [{"name": "devis.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}]
    )
    if scripts:
        expect(page.locator("[data-list] li")).to_have_count(1)
    page.get_by_test_id("section-next").click()
    expect(page.get_by_test_id("review-missing")).to_contain_text("Nothing is missing")
    page.get_by_test_id("submit-application").click()


def test_from_first_page_to_receipt(at, draft, page, check):
    fill_in(at("your-enterprise"), scripts=True)
    reference = page.get_by_test_id("receipt-reference")
    expect(reference).to_have_text(f"{draft.call.code}-0001")
    check(page)
    page.goto(page.url.replace("receipt/", ""))
    expect(page.get_by_test_id("status-tag").first).to_have_text("Submitted")
    check(page)


def test_the_same_without_scripts(browser, live_server, sign_in, draft, person):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, person)
    page.goto(f"{live_server.url}/en/applications/{draft.pk}/your-enterprise/")
    fill_in(page, scripts=False)
    expect(page.get_by_test_id("receipt-reference")).to_have_text(f"{draft.call.code}-0001")
    assert Application.objects.get(pk=draft.pk).requested == 2250
    context.close()
