"""The moderation queue and its page."""

import pytest
from django.urls import reverse

from calls.domain import public_answers
from calls.models import PublicAnswer
from tests.accounts.factories import UserFactory
from tests.calls.factories import CallFactory
from wecd.common.models import JournalEntry

pytestmark = pytest.mark.django_db
LIST = "/admin/calls/publicanswer/"
WORDS = {"question_fr": "Deux fois ?", "answer_fr": "Une seule."}


@pytest.fixture
def row(system):
    return public_answers.ask(CallFactory(), by=system, text="Zwei Mal?", language="de")


def url(row):
    return reverse("admin:calls_publicanswer_change", args=[row.pk])


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_costs_the_same_for_one_and_three(client, officer, system, rows, django_assert_num_queries):
    for _ in range(rows):
        public_answers.ask(CallFactory(), by=system, text="Deux fois ?")
    client.force_login(officer)
    client.get(LIST)
    with django_assert_num_queries(7):
        response = client.get(LIST)
    assert len(response.context["cl"].result_list) == rows
    assert "Deux fois ?" in response.content.decode()


def test_the_words_of_the_visitor_are_there_to_be_reworded(client, officer, row):
    client.force_login(officer)
    page = client.get(url(row))
    assert page.context["form"]["question_de"].value() == "Zwei Mal?"


def test_answer_publish_correct_take_down_refuse(client, row):
    client.force_login(UserFactory(roles=["communication"]))

    client.post(url(row), WORDS | {"act": "answer"})
    row.refresh_from_db()
    assert (row.state, row.answer_fr) == ("answered", "Une seule.")
    client.post(url(row), WORDS | {"act": "publish"})
    client.post(url(row), WORDS | {"act": "correct", "answer_fr": "Une seule fois."})
    row.refresh_from_db()
    assert (row.state, row.answer_fr) == ("published", "Une seule fois.")
    assert "Une seule fois." in client.get(f"/fr/calls/{row.call.slug}/").content.decode()
    client.post(url(row), {"act": "unpublish", "reason": "Faux."})
    client.post(url(row), {"act": "refuse", "reason": "Hors sujet."})
    row.refresh_from_db()
    assert row.state == "refused"
    assert client.get(url(row)).status_code == 200


def test_a_refusal_is_shown_where_it_arose_and_keeps_what_was_typed(client, officer, row):
    client.force_login(officer)

    page = client.post(url(row), {"act": "publish", "question_fr": "Deux fois ?", "answer_fr": ""})

    assert page.status_code == 409
    assert page.context["refused"]
    assert "Deux fois ?" in page.content.decode()
    row.refresh_from_db()
    assert row.state == "new"


def test_readers_read_and_others_do_not(client, auditor, entrepreneur, row):
    before = JournalEntry.objects.count()
    client.force_login(auditor)
    assert client.get(url(row)).context["may_write"] is False
    assert client.post(url(row), WORDS | {"act": "publish"}).status_code == 403
    client.force_login(entrepreneur)
    assert client.get(LIST).status_code == 403
    assert client.post(url(row), WORDS | {"act": "publish"}).status_code in (403, 404)
    assert JournalEntry.objects.count() == before
    assert PublicAnswer.objects.get().state == "new"
