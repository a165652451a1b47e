"""A partner's member makes a key, uses it, replaces it and revokes it; with scripts and without."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from partners.models import ApiKey
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.partners.factories import PartnerMemberFactory

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = re.compile(r"wecd_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}")
LOOKS = [(1280, "light"), (390, "dark")]


@pytest.fixture
def member():
    return PartnerMemberFactory(
        partner__code="WD", partner__name="Wallonie Design", user__name="Sophie Renard"
    ).user


@pytest.fixture
def application(member):
    lead = member.partner_memberships.get().partner
    return ApplicationFactory(submitted=True, call=CallFactory(action__lead=lead))


def read(page, site: str, key: str):
    """What the API says to this key."""
    return page.request.get(f"{site}/api/v1/applications", headers={"Authorization": f"Bearer {key}"})


def make(page, site: str) -> str:
    """Fill in the form of a new key; gives the secret the next page shows."""
    page.goto(f"{site}/en/partner/WD/")
    page.get_by_role("link", name="Create a key").first.click()
    page.get_by_label("Name").fill("Data warehouse")
    page.get_by_label("Read the applications of our actions").check()
    page.get_by_label("Add the address I come from").check()
    page.get_by_role("button", name="Create the key").click()
    return shown(page)


def shown(page) -> str:
    expect(page.get_by_role("heading", name="Copy it now")).to_be_visible()
    secret = page.get_by_test_id("secret").input_value()
    assert SECRET.fullmatch(secret)
    return secret


def replace_and_revoke(page, site: str, first: str, application):
    """The rest of the journey, the same with and without scripts."""
    row = read(page, site, first)
    assert row.status == 200
    assert [each["id"] for each in row.json()["results"]] == [str(application.pk)]
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("heading", name="Keys", exact=True)).to_be_visible()
    assert first not in page.content()

    page.get_by_role("link", name="Data warehouse").click()
    page.get_by_role("link", name="Replace the key").click()
    page.get_by_label("After 14 days").check()
    page.get_by_role("button", name="Create the new key").click()
    second = shown(page)
    assert read(page, site, first).status == read(page, site, second).status == 200

    page.goto(f"{site}/en/partner/WD/keys/{ApiKey.objects.get(replaces=None).pk}/")
    page.get_by_role("link", name="Revoke the key").click()
    assert read(page, site, first).status == 200
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("The key is revoked.")).to_be_visible()
    assert read(page, site, first).status == 401
    assert read(page, site, second).status == 200


def test_from_the_menu_to_a_revoked_key(page, live_server, sign_in, check, member, application):
    site = live_server.url
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    sign_in(page, member)
    page.goto(f"{site}/en/calls/")
    page.locator("summary", has_text="Sophie").click()
    page.get_by_role("link", name="Partner’s space").click()
    expect(page).to_have_url(f"{site}/en/partner/WD/")
    secret = make(page, site)
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        check(page)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    replace_and_revoke(page, site, secret, application)


def test_what_is_wrong_is_said_beside_it_and_takes_focus(page, live_server, sign_in, check, member):
    sign_in(page, member)
    page.goto(f"{live_server.url}/en/partner/WD/keys/new/")
    page.get_by_label("Name").fill("ETL")
    page.get_by_label("Networks").fill("192.0.2.0/24\nour office")
    page.get_by_role("button", name="Create the key").click()
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#id_networks_error")).to_contain_text("“our” is no network")
    assert page.get_by_label("Networks").input_value() == "192.0.2.0/24\nour office"
    check(page)
    assert not ApiKey.objects.exists()
    page.portal_complaints.clear()  # the browser logs the 422


def test_by_keyboard_alone(page, live_server, sign_in, member):
    sign_in(page, member)
    page.goto(f"{live_server.url}/en/partner/WD/keys/new/")
    page.get_by_label("Name").focus()
    page.keyboard.type("Keyboard")
    page.keyboard.press("Enter")
    shown(page)


def test_a_reload_of_the_secret_makes_no_second_key(page, live_server, sign_in, check, member):
    sign_in(page, member)
    make(page, live_server.url)
    page.reload()
    expect(page.get_by_text("This key was made already")).to_be_visible()
    expect(page.get_by_role("heading", name="Data warehouse")).to_be_visible()
    assert not SECRET.search(page.content())
    assert ApiKey.objects.count() == 1
    check(page)


def test_what_was_typed_while_signed_out_comes_back(browser, live_server, sign_in, member):
    """Without scripts: the session ended while the form was filled in."""
    member.set_password("a long enough one")
    member.save()
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    try:
        sign_in(page, member)
        page.goto(f"{live_server.url}/en/partner/WD/keys/new/")
        page.get_by_label("Name").fill("Data lake")
        page.get_by_label("Networks").fill("192.0.2.0/24")
        Session.objects.all().delete()
        page.get_by_role("button", name="Create the key").click()
        expect(page.locator("main")).to_contain_text("Your text is kept.")
        page.get_by_role("link", name="Sign in and go on").click()
        page.locator("[name=login]").fill(member.email)
        page.locator("[name=password]").fill("a long enough one")
        page.locator("main form button[type=submit]").first.click()
        expect(page.locator("main")).to_contain_text("Your text is back.")
        expect(page.get_by_label("Name")).to_have_value("Data lake")
        expect(page.get_by_label("Networks")).to_have_value("192.0.2.0/24")
        page.get_by_role("button", name="Create the key").click()
        shown(page)
    finally:
        context.close()
    assert ApiKey.objects.get().networks == ["192.0.2.0/24"]


def test_the_whole_journey_without_scripts(browser, live_server, sign_in, member, application):
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    try:
        sign_in(page, member)
        secret = make(page, live_server.url)
        expect(page.get_by_role("button", name="Copy", exact=True)).to_be_hidden()
        replace_and_revoke(page, live_server.url, secret, application)
    finally:
        context.close()
