"""A real Chromium against a live server. Debian's own: no browser is downloaded.

- ``page`` (pytest-playwright) fails the test at its end if the page logged an error, broke the content
  security policy or asked another host for anything; ``expect_errors(page)`` allows it for one test.
- ``sign_in(page, user)`` opens a session without the sign-in page.
- ``check(page)`` asserts no axe violation and no sideways scroll; ``check(page, runOnly=[rule])``: that rule.
"""

import shutil
from urllib.parse import urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        pytest.fail("Chromium is missing: on Debian or Ubuntu, run `apt-get install chromium`.")
    return browser_type_launch_args | {"executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {"locale": "fr-BE", "timezone_id": "Europe/Brussels"}


@pytest.fixture
def page(page, live_server):
    """A page that must stay quiet: no console error, no request to another host."""
    host, page.portal_complaints = urlparse(live_server.url).netloc, []

    def heard(message):
        if message.type == "error":
            page.portal_complaints.append(message.text)

    def asked(request):
        address = urlparse(request.url)
        if address.scheme.startswith("http") and address.netloc != host:
            page.portal_complaints.append(f"a request left for {address.netloc}")

    page.on("console", heard)
    page.on("pageerror", lambda error: page.portal_complaints.append(str(error)))
    page.on("request", asked)
    page.set_default_timeout(10_000)
    yield page
    complaints = list(page.portal_complaints)
    page.goto("about:blank")  # whatever the page still asks for ends before the database is emptied
    assert complaints == []


@pytest.fixture
def expect_errors():
    """Forgive what a page complained about so far (a refused request is logged as an error)."""

    def forgive(page):
        page.portal_complaints.clear()

    return forgive


@pytest.fixture
def sign_in(live_server):
    def do(page, user):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )

    return do


@pytest.fixture
def check():
    """Assert the page shows no accessibility violation and does not scroll sideways."""

    def do(page, **options):
        # "preload" would ask for what style sheets import, at addresses relative to the page.
        results = Axe().run(page, options={"preload": False} | options)
        found = [
            f"{violation['id']}: {node['html'][:160]}"
            for violation in results.response["violations"]
            for node in violation["nodes"]
        ]
        assert found == [], f"{page.url}: " + "\n".join(found)
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{page.url} scrolls sideways by {overflow} px"

    return do
