"""What every request passes through, through real pages."""

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from tests.accounts.factories import UndertakingFactory
from wecd import urls
from wecd.common import journal
from wecd.common.middleware import RefusedMiddleware
from wecd.common.models import JournalEntry
from wecd.common.request import current_request_id
from wecd.common.workflow import Refused


def refuse(request):
    raise Refused("The envelope has no room left.")


def write(request):
    journal.record(UndertakingFactory(), "x.visit", by=request.user)
    return HttpResponse(current_request_id())


def form(request):
    return HttpResponse("received")


urlpatterns = [
    path("test/refuse", refuse),
    path("api/test/refuse", refuse),
    path("test/write", write),
    path("test/form", form),
    *urls.urlpatterns,
]
here = pytest.mark.urls(__name__)


@here
@pytest.mark.django_db
def test_a_refusal_becomes_a_message_on_the_page_before(client):
    response = client.get("/test/refuse", headers={"referer": "http://testserver/fr/calls/"})
    assert (response.status_code, response["Location"]) == (302, "http://testserver/fr/calls/")
    assert [str(m) for m in get_messages(response.wsgi_request)] == ["The envelope has no room left."]


@here
@pytest.mark.django_db
@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/"])
def test_a_refusal_never_leads_to_another_site(client, referer):
    assert client.get("/test/refuse", headers={"referer": referer})["Location"] == "/"


@here
@pytest.mark.django_db
def test_a_refusal_to_htmx_is_a_409_that_reloads(client):
    response = client.get("/test/refuse", headers={"hx-request": "true", "referer": "http://testserver/fr/"})
    assert (response.status_code, response["HX-Redirect"]) == (409, "http://testserver/fr/")


def test_refusals_of_the_api_and_other_errors_are_left_to_others():
    middleware = RefusedMiddleware(lambda request: None)
    assert middleware.process_exception(RequestFactory().get("/api/v1/x"), Refused("no")) is None
    assert middleware.process_exception(RequestFactory().get("/fr/"), ValueError("no")) is None


@here
@pytest.mark.django_db
def test_journal_and_response_carry_the_same_request_id(client, officer):
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get("/test/write", headers={"x-request-id": "chosen-by-the-client"})
    entry = JournalEntry.objects.get(verb="x.visit")
    assert len(entry.request_id) == 32
    assert entry.request_id == response["X-Request-ID"] == response.content.decode()
    assert current_request_id() == ""


def directives(response) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in pairs}


@pytest.mark.django_db
def test_pages_have_a_strict_policy_and_headers(client):
    response = client.get("/accounts/login/")
    policy = directives(response)
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == (
        "'none'",
        "'self'",
        "'self'",
    )
    assert "unsafe" not in response["Content-Security-Policy"]
    assert policy["frame-ancestors"] == "'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.django_db
def test_the_admin_gets_only_what_its_theme_needs(client):
    policy = directives(client.get("/admin/login/"))
    assert (policy["script-src"], policy["style-src"]) == ("'self' 'unsafe-eval'", "'self' 'unsafe-inline'")
    assert policy["default-src"] == "'none'"


@here
@pytest.mark.django_db
def test_what_a_signed_in_person_saw_is_private(client, officer):
    assert "public" in client.get("/test/form")["Cache-Control"]
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/test/form")["Cache-Control"] == "private, no-store"


TYPED = {"pitch": "Une couverture\nréparable", "password": "secret"}


@here
@pytest.mark.django_db
def test_a_form_without_its_token_loses_no_text():
    client = Client(enforce_csrf_checks=True)
    typed = {"pitch": "Une couverture <réparable>", "tags": ["a", "b"], "csrfmiddlewaretoken": "stale"}
    response = client.post("/test/form?step=2", typed, headers={"origin": "http://testserver"})

    page = response.content.decode()
    assert response.status_code == 403
    assert "Une couverture &lt;réparable&gt;</textarea>" in page
    assert page.count('name="tags"') == 2
    assert 'action="/test/form?step=2"' in page
    assert "stale" not in page

    token = response.context["csrf_token"]
    again = typed | {"csrfmiddlewaretoken": str(token)}
    assert (
        client.post("/test/form?step=2", again, headers={"origin": "http://testserver"}).content
        == b"received"
    )


@here
@pytest.mark.django_db
@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_a_strangers_form_is_not_given_a_token(origin):
    response = Client(enforce_csrf_checks=True).post("/test/form", TYPED, headers={"origin": origin})
    page = response.content.decode()
    assert "Une couverture" in page
    assert "csrfmiddlewaretoken" not in page.partition("<main")[2].partition("</main>")[0]


@here
@pytest.mark.django_db
def test_a_password_is_never_shown_back():
    response = Client(enforce_csrf_checks=True).post(
        "/test/form", TYPED, headers={"origin": "http://testserver"}
    )
    assert "secret" not in response.content.decode()
