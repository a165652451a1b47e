"""Every page a person can open, in both languages, themes and widths: accessible, quiet, never sideways.

Pages are enumerated from the URLconf, so that a new one cannot be forgotten: it is opened here or named
below with the reason why it is no page.
"""

import re

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from tests.permissions import routes
from tests.permissions.world import World

pytestmark = pytest.mark.django_db(transaction=True)
NO_PAGE = {
    "attachment": "a file",
    "preview": "a file",
    "answers": "autosave",
    "files": "uploads",
    "places": "JSON",
    "withdraw": "a button",
    "membership_accept": "a button",
    "membership_refuse": "a button",
    "membership_role": "a button",
    "membership_end": "a button",
    "apply": "begins a draft or leads to it",
}
# Pages of allauth a visitor or a signed-in person reaches.
ENTRANCE = ["account_login", "account_signup", "account_reset_password", "account_request_login_code"]
SIGNED_IN = ["account_email", "account_logout", "account_change_password", "mfa_index"]
# Of the rules of accessibility, colours alone depend on the theme: the second look at a width checks those.
LOOKS = [
    (1280, "light", {}),
    (1280, "dark", {"runOnly": ["color-contrast"]}),
    (390, "dark", {}),
    (390, "light", {"runOnly": ["color-contrast"]}),
]


def is_file(pattern: str) -> bool:
    return bool(re.search(r"\.(pdf|json|ics|csv|atom)$", pattern))


def pages_of(world, language) -> list[str]:
    """The address of each page under a language."""
    found = []
    for route in routes.all_routes():
        if not route.pattern.startswith("/fr/") or route.method == "POST":
            continue
        if route.name in NO_PAGE or is_file(route.pattern):
            continue
        found.append(world.fill(route).replace("/fr/", f"/{language}/", 1))
    assert len(found) > 20
    return found


@pytest.fixture
def world():
    with transaction.atomic():
        return World()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page(page, live_server, sign_in, check, expect_errors, world, language):
    with translation.override(language):
        entrance = [reverse(name) for name in ENTRANCE]
        signed_in = [reverse(name) for name in SIGNED_IN]
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    failures = []

    def look(address):
        response = page.goto(f"{live_server.url}{address}")
        if response.status == 404:  # a page as well, which the browser's console complains about
            expect_errors(page)
        try:
            assert response.status in (200, 404), f"{address}: {response.status}"
            assert page.locator("h1").count() == 1, f"{address}: one h1"
            assert page.locator("html").get_attribute("lang") == language, f"{address}: language"
            for width, theme, options in LOOKS:
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                check(page, **options)
            assert page.portal_complaints == [], f"{address}: {page.portal_complaints}"
        except AssertionError as error:
            failures.append(f"{theme} {width}: {error}")
            page.portal_complaints.clear()

    width, theme, _options = LOOKS[0]
    for address in entrance:
        look(address)
    User.objects.filter(pk=world.member.pk).update(language=language)
    sign_in(page, world.member)
    found = pages_of(world, language)
    theirs = [address for address in found if address.startswith(f"/{language}/partner/")]
    for address in (*found, *signed_in):
        if address not in theirs:
            look(address)
    sign_in(page, world.users["partner-editor"])
    for address in theirs:
        look(address)
    assert not failures, "\n".join(failures)
