"""The steps of the main job, each as a person makes it in the browser; pages are checked on the way."""

import re
from datetime import date

from django.utils import timezone
from playwright.sync_api import expect

from tests.accounts.factories import enterprise_number
from wecd.common import formatting
from wecd.common.models import OutboxMessage

TITLE = "Chèque créativité 2026"
SECTION, PITCH, BUDGET, QUOTE = "Votre projet", "Décrivez votre projet", "Votre budget", "Devis du créatif"
STORY = "Des panneaux acoustiques en laine wallonne, dessinés avec un studio de Namur."
EMAIL, PASSWORD = "elise@ardenne-textiles.example", "laine-cardee-2026"
NUMBER = enterprise_number(7)
PDF = {"name": "devis.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}


def unchecked(page):
    """In place of ``check`` where axe cannot run: it is a script."""


def mail_to(address, template) -> OutboxMessage:
    return OutboxMessage.objects.filter(to=address, template=template).latest("created_at")


def follow(page, target):
    """Click what leads to another page, and wait for that page: the one being left must not be looked at."""
    with page.expect_navigation():
        target.click()


# --- The officer ----------------------------------------------------------------------------------
def save(page):
    follow(page, page.locator("button[name=_continue], input[name=_continue]").first)
    expect(page.locator(".errornote, .note-error")).to_have_count(0)


def tab(page, pane):
    page.locator(f'a[href="#{pane}"]').first.click()


def write_call(page, site, action, envelope, check):
    """A creative-voucher call, from the empty add page to everything it needs but its form."""
    page.goto(f"{site}/admin/calls/call/add/")
    page.select_option("#id_action", str(action.pk))
    page.select_option("#id_kind", "creative_voucher")
    page.fill("#id_code", "CC-2026")
    page.fill("#id_title_fr", TITLE)
    page.fill("#id_summary_fr", "Faites entrer un créatif dans votre entreprise.")
    page.fill("#id_description_fr", "Le chèque paie les prestations d’un créatif.")
    expect(page.locator("#id_slug")).to_have_value("cheque-creativite-2026")
    check(page)
    save(page)
    call_url = page.url.split("#")[0]

    tab(page, "money")
    page.select_option("#id_envelope", str(envelope.pk))
    page.fill("#id_own_share_account", "BE68 5390 0754 7034")
    page.fill("#id_contact_name", "Wallonie Design")
    page.fill("#id_contact_email", "cheques@wecd.example")
    tab(page, "dates")
    today = formatting.local(timezone.now()).date()
    page.fill("#id_opens_at_0", today.isoformat())
    page.fill("#id_opens_at_1", "00:00:00")
    page.fill("#id_closes_at_0", date(today.year + 1, 3, 31).isoformat())
    page.fill("#id_closes_at_1", "12:00:00")
    tab(page, "strands")
    add_line(page, "strands")
    page.fill("#id_strands-0-title_fr", "Chèque")
    page.fill("#id_strands-0-code", "cheque")
    page.fill("#id_strands-0-floor", "1000")
    page.fill("#id_strands-0-ceiling", "6000")
    page.fill("#id_strands-0-funding_rate", "75")
    tab(page, "rules")
    add_line(page, "rules")
    page.select_option("#id_rules-0-code", "wallonia_seat_or_site")
    page.select_option("#id_rules-0-which", "either")
    check(page)
    save(page)
    return call_url


def add_line(page, prefix):
    page.locator(f"#{prefix}-group .add-row a, #{prefix}-group a.add-row").locator(
        "visible=true"
    ).first.click()


def build_form(page, call_url, check):
    """One section with a text and a budget, and one document; then the preview."""
    page.goto(call_url.replace("/change/", "/builder/"))
    builder = page.url
    page.locator('a[href*="/section/add/"]').click()
    page.fill("#id_title_fr", SECTION)
    store(page)
    for kind, label in (("long_text", PITCH), ("budget", BUDGET)):
        page.locator("form.add-question select[name=kind]").select_option(kind)
        page.locator("form.add-question button").click()
        page.fill("#id_label_fr", label)
        if kind == "long_text":
            page.fill("#id_max_words", "100")
        check(page)
        store(page)
    page.locator('a[href*="/document/add/"]').click()
    page.fill("#id_label_fr", QUOTE)
    page.check("#id_required")
    store(page)
    expect(page.locator(".part-item")).to_have_count(3)
    check(page)
    page.goto(builder.replace("/builder/", "/preview/"))
    for words in (SECTION, PITCH, BUDGET, QUOTE):
        expect(page.get_by_text(words, exact=True).first).to_be_visible()
    check(page)


def store(page):
    page.locator("#editor form button.act[type=submit]").click()
    expect(page.locator("#editor")).to_have_count(0)


def publish(page, call_url, check):
    page.goto(call_url.replace("/change/", "/publish/"))
    expect(page.get_by_test_id("publish-missing")).to_have_count(0)
    check(page)
    page.locator(".move-page button.act").click()
    expect(page).to_have_url(re.compile(re.escape(call_url)))


def move(page, site, application, verb, check, **fields):
    """One move of an application, from its page in the back office."""
    page.goto(f"{site}/admin/calls/application/{application.pk}/change/")
    check(page)
    follow(page, page.get_by_test_id(f"move-{verb}"))
    for name, value in fields.items():
        page.fill(f"#id_{name}", value)
    check(page)
    follow(page, page.get_by_test_id("do-move"))
    expect(page.locator(".note-error")).to_have_count(0)
    expect(page.locator("#story")).to_be_visible()


# --- The entrepreneur -----------------------------------------------------------------------------
def find_call(page, site, check):
    page.goto(f"{site}/fr/calls/")
    check(page)
    card = page.get_by_test_id("call-card").filter(has_text=TITLE)
    card.get_by_role("link", name=TITLE).click()
    expect(page.locator("h1")).to_have_text(TITLE)
    check(page)


def sign_up(page, check):
    """From the call's page: no account yet, so one is made, and its code typed in."""
    page.get_by_test_id("apply-start").click()
    page.wait_for_url("**/accounts/login/**")
    check(page)
    page.locator('main a[href*="/accounts/signup/"]').first.click()
    page.fill("#id_email", EMAIL)
    page.fill("#id_name", "Élise Dardenne")
    page.fill("#id_password1", PASSWORD)
    check(page)
    page.locator('form[action*="/signup/"] button.btn-primary').click()
    code = page.locator("#id_code")
    code.wait_for()
    check(page)
    message = mail_to(EMAIL, "accounts/email_confirmation")
    assert message.language == "fr"
    code.fill(re.search(r"^\s+([A-Z0-9-]{6,12})\s*$", message.body, flags=re.M)[1])
    page.locator("form.form button.btn-primary").first.click()
    page.wait_for_url("**/apply/")


def register_enterprise(page, check, *, scripts):
    check(page)
    page.locator('a.btn-primary[href*="/enterprises/new/"]').click()
    page.get_by_label("number").or_(page.locator("[name$=number]")).first.fill(NUMBER)
    page.locator("[name$=name]").first.fill("Ardenne Textiles")
    page.locator("select[name$=legal_form]").select_option("srl")
    page.locator("[name$=founded_on]").fill("2015-03-01")
    office = page.locator("[data-site]").first
    office.locator("[name$=street]").fill("Rue de Fer 1")
    office.locator("[name$=postal_code]").press_sequentially("5000")
    if scripts:
        expect(office.locator("[name$=municipality]")).to_have_value("Namur")
    page.locator("[name$=headcount]").fill("8")
    page.locator("[name$=turnover]").fill("900 000")
    page.locator("[name$=balance_sheet]").fill("400 000")
    page.locator("[name$=-code]").first.fill("13.96")
    check(page)
    page.locator("form.form > .actions button.btn-primary").click()
    page.wait_for_url("**/your-enterprise/")  # one enterprise, one strand: nothing left to choose


def fill_in(page, check, *, scripts):
    """Every section of the workspace, to the review."""
    check(page)
    expect(page.locator("main")).to_contain_text("Namur")
    page.locator("#q-title").fill("Panneaux acoustiques")
    following(page)
    pitch = page.get_by_label(PITCH)
    pitch.fill(STORY)
    if scripts:
        pitch.blur()
        expect(page.get_by_test_id("autosave-status")).to_contain_text(re.compile(r"\d"))
    page.locator("[data-column=label]").first.fill("Conception")
    page.locator("[data-column=quantity]").first.fill("10")
    page.locator("[data-column=unit_price]").first.fill("800")
    check(page)
    following(page)
    if scripts:  # asked for and not there yet: the review says so, and leads back
        following(page)
        missing = page.get_by_test_id("review-missing")
        expect(missing).to_contain_text(QUOTE)
        check(page)
        missing.get_by_role("link", name=QUOTE).click()
    page.locator("input[type=file]").set_input_files([PDF])
    if scripts:
        expect(page.locator("[data-list] li")).to_have_count(1)
    check(page)
    following(page)
    expect(page.get_by_test_id("review-missing").get_by_role("link")).to_have_count(0)
    check(page)


def following(page):
    """To the next section; a second click must not fall on the page that is being left."""
    follow(page, page.get_by_test_id("section-next"))


def submit(page, check):
    page.get_by_test_id("submit-application").click()
    reference = page.get_by_test_id("receipt-reference")
    expect(reference).to_be_visible()
    check(page)
    return reference.inner_text()
