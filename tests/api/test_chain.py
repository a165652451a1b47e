"""A request to the API passes a chain of its own, and loses nothing by it."""

import logging

import pytest
from django.test import Client
from prometheus_client import REGISTRY

from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_every_answer_has_an_id_and_says_what_it_may_do(anonymous, client, manager):
    client.force_login(manager)
    seen = set()
    for path in ("calls", "applications", "nothing", "schema", "docs"):
        for answer in (anonymous.get(path), client.get(f"/api/v1/{path}")):
            assert len(answer["X-Request-ID"]) == 32
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
            assert answer["Referrer-Policy"] == "same-origin"
            assert not answer.cookies
            seen.add(answer["X-Request-ID"])
    assert len(seen) == 10


def test_the_docs_are_a_page_with_the_pages_policy(anonymous):
    answer = anonymous.get("docs")
    assert answer["X-Frame-Options"] == "DENY"
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_a_page_does_not_pass_there(client):
    assert client.get("/").status_code == 302
    assert client.get("/fr/").status_code == 200
    assert client.get("/apiary").status_code == 404


def test_a_session_costs_the_api_nothing(client, manager, django_assert_num_queries):
    client.force_login(manager)
    client.get("/api/v1/calls")
    with django_assert_num_queries(1):
        client.get("/api/v1/calls")


def test_it_is_measured_by_address_and_status(anonymous):
    def seen(view: str, status: str) -> float:
        labels = {"view": view, "status": status}
        return REGISTRY.get_sample_value("wecd_api_request_seconds_count", labels) or 0

    before = seen("calls", "200"), seen("applications", "401")
    anonymous.get("calls")
    anonymous.get("applications")
    assert (seen("calls", "200"), seen("applications", "401")) == (before[0] + 1, before[1] + 1)


def test_the_log_says_who_and_how_long_and_not_what_was_looked_for(partner, wd, caplog):
    caplog.set_level(logging.INFO, logger="wecd.api.requests")
    partner.get("applications", search="Marqueur")
    line = caplog.records[-1].getMessage()
    assert "GET /api/v1/applications" in line
    assert str(wd.api_keys.get().pk) in line
    assert "Marqueur" not in line


def test_a_wrong_host_is_refused(settings):
    settings.ALLOWED_HOSTS = ["portal.example"]
    assert Client().get("/api/v1/calls", headers={"Host": "evil.example"}).status_code == 400
    assert Client().get("/api/v1/calls", headers={"Host": "portal.example"}).status_code == 200


def test_plain_http_is_sent_to_https_where_the_site_is(settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/api/v1/calls")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/api/v1/calls")


def test_next_links_follow_the_host_and_scheme(settings):
    from tests.calls.factories import CallFactory

    CallFactory()
    CallFactory()
    answer = Api().client.get("/api/v1/calls?page_size=1", secure=True)
    assert answer.json()["next"].startswith("https://testserver/api/v1/calls?page_size=1&cursor=")
