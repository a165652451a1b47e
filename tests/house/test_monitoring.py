"""Probes answer anyone with no more than they need; measurements answer few."""

import pytest
from django.db import OperationalError
from health_check import Database

pytestmark = pytest.mark.django_db


def test_live_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/health/live")
    assert (response.status_code, response.content) == (200, b"alive\n")
    assert "no-store" in response["Cache-Control"]


def test_ready_when_everything_answers(client):
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"database": "ok", "cache": "ok"})


def test_not_ready_says_what_fails_and_no_more(client, monkeypatch):
    def fail(self):
        raise OperationalError("password authentication failed for user wecd")

    monkeypatch.setattr(Database, "run", fail)
    monkeypatch.setattr(
        "wecd.monitoring.connection.close", lambda: None
    )  # the test's transaction lives in it
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["database"]) == (503, "unavailable")
    assert b"password" not in response.content


def test_probes_are_not_sent_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/health/live").status_code == 200


def metrics(client, **headers):
    return client.get("/metrics", headers=headers).status_code


def test_metrics_need_the_token(client, settings):
    settings.METRICS_TOKEN = "a-long-token"
    assert metrics(client) == 403
    assert metrics(client, authorization="Bearer wrong") == 403
    assert metrics(client, authorization="Bearer a-long-token") == 200


def test_no_token_set_is_no_token_accepted(client):
    assert metrics(client, authorization="Bearer ") == 403


def test_metrics_for_managers_only(client, manager, officer, entrepreneur):
    for person, status in ((entrepreneur, 403), (officer, 403), (manager, 200)):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert metrics(client) == status
