"""Asking a question on a call's page: no account, no script, no machine."""

import time

import pytest
from django.core import signing

from calls.models import Asker, PublicAnswer
from tests.calls.factories import CallFactory
from wecd.common import spam

pytestmark = pytest.mark.django_db


def opened(seconds_ago=10):
    return signing.dumps(int(time.time()) - seconds_ago, salt=spam.SALT)


def send(client, call, **data):
    typed = {"text": "Puis-je ?", "consent": "on", "opened": opened()} | data
    return client.post(f"/fr/calls/{call.slug}/ask/", typed)


def test_a_question_reaches_the_queue_and_not_the_page(client):
    call = CallFactory()
    response = send(client, call, email="zoe@example.org", name="Zoé")

    assert response.url == f"/fr/calls/{call.slug}/ask/?sent=1"
    assert client.get(response.url).status_code == 200
    row = PublicAnswer.objects.get()
    assert (row.state, row.asker.email, row.asker.language) == ("new", "zoe@example.org", "fr")
    assert "Puis-je" not in client.get(f"/fr/calls/{call.slug}/").content.decode()


def test_the_page_links_to_the_form_while_the_call_runs(client):
    running, over = CallFactory(), CallFactory(state="closed")

    assert f"/fr/calls/{running.slug}/ask/" in client.get(f"/fr/calls/{running.slug}/").content.decode()
    assert f"/fr/calls/{over.slug}/ask/" not in client.get(f"/fr/calls/{over.slug}/").content.decode()
    assert b"<form method" not in client.get(f"/fr/calls/{over.slug}/ask/").content
    assert send(client, over).status_code == 409
    assert client.get("/fr/calls/nowhere/ask/").status_code == 404
    assert client.get(f"/fr/calls/{CallFactory(draft=True).slug}/ask/").status_code == 404


def test_the_call_page_still_sets_no_cookie(client):
    assert not client.get(f"/fr/calls/{CallFactory().slug}/").cookies


@pytest.mark.parametrize(
    "data",
    [
        {"website": "https://spam.example"},
        {"opened": ""},
        {"opened": "forged"},
        {"opened": lambda: opened(0)},
        {"opened": lambda: opened(48 * 3600)},
        {"consent": ""},
        {"text": " "},
        {"text": "x" * 2001},
        {"email": "nobody"},
    ],
    ids=[
        "a field people do not see",
        "no instant",
        "a forged instant",
        "too quick",
        "too late",
        "no consent",
        "no text",
        "too long",
        "no address",
    ],
)
def test_machines_and_mistakes_are_refused_and_the_text_stays(client, data):
    data = {name: value() if callable(value) else value for name, value in data.items()}
    response = send(client, CallFactory(), **data)

    assert response.status_code == 422
    assert not PublicAnswer.objects.exists()
    assert ("Puis-je ?" in response.content.decode()) == ("text" not in data)


def test_sending_again_after_a_too_quick_try_works(client):
    call = CallFactory()
    response = send(client, call, opened=opened(0))
    fresh = response.context["form"]["opened"].value()

    assert spam.signing.loads(fresh, salt=spam.SALT) >= time.time() - 5


def test_the_sixth_question_of_an_hour_waits(client):
    call = CallFactory()
    assert [send(client, call).status_code for _ in range(6)] == [302] * 5 + [429]
    assert Asker.objects.count() == 5


def test_the_page_is_never_kept(client):
    assert "no-store" in client.get(f"/fr/calls/{CallFactory().slug}/ask/")["Cache-Control"]
