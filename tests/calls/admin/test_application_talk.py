"""Notes and messages written from the page: kept whatever goes wrong, once, and by those who may."""

import pytest
from django.urls import reverse

from calls.domain import conversations
from calls.models import Message, Note
from tests.accounts.factories import UserFactory
from tests.calls.factories import ApplicationFactory
from wecd.common.models.base import uuid7

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


@pytest.fixture
def application(entrepreneur, enterprise):
    return ApplicationFactory(applicant=entrepreneur, enterprise=enterprise, submitted=True)


def post(client, application, what, **data):
    return client.post(reverse(f"admin:calls_application_{what}", args=[application.pk]), data, headers=EN)


def page(client, application):
    return client.get(reverse("admin:calls_application_change", args=[application.pk]), headers=EN)


def text(response):
    return response.content.decode()


def test_a_note_and_a_message_from_the_page(client, officer, officer2, application):
    client.force_login(officer)

    said = post(client, application, "note", **{"q-text": "@Otto look", "key": str(uuid7())})
    assert said["Location"].endswith("/change/#notes")
    assert "Otto Officer gets a mail" in text(page(client, application))
    said = post(client, application, "message", **{"q-text": "Hello <b>you</b>", "key": str(uuid7())})
    assert said["Location"].endswith("/change/#messages")

    words = text(page(client, application))
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in words
    assert "not read yet" in words
    assert "wrote an internal note" in words
    assert words.count("@Otto look") == 1  # the note, and not the journal


@pytest.mark.parametrize(("what", "model"), [("note", Note), ("message", Message)])
def test_a_double_click_posts_once(client, officer, application, what, model):
    client.force_login(officer)
    for _ in range(2):
        assert post(client, application, what, **{"q-text": "Once", "key": KEY}).status_code == 302
    assert model.objects.count() == 1


KEY = "019aa000-0000-7000-8000-000000000001"


@pytest.mark.parametrize("what", ["note", "message"])
def test_a_refused_text_comes_back(client, officer, application, what):
    client.force_login(officer)
    words = "a" * 10_001

    response = post(client, application, what, **{"q-text": words, "key": KEY})

    assert response.status_code == 409
    assert "Not sent." in text(response)
    assert words in text(response)
    assert KEY in text(response)


@pytest.mark.parametrize("what", ["note", "message"])
def test_text_of_somebody_signed_out_comes_back_in_its_box(client, officer, application, what):
    response = post(client, application, what, **{"q-text": "Typed for an hour"})
    assert response.status_code == 401
    assert "Typed for an hour" in text(response)
    assert not Note.objects.exists()
    assert not Message.objects.exists()

    client.force_login(officer)
    words = text(page(client, application))
    assert "Your text is back." in words
    box = words.index(f'id="id_{what}"')
    assert "Typed for an hour" in words[box : box + 400]
    post(client, application, what, **{"q-text": "Typed for an hour"})
    assert "Your text is back." not in text(page(client, application))


@pytest.mark.parametrize("role", ["auditor", "communication"])
def test_those_who_may_not_write_are_told_why_and_cannot(client, application, entrepreneur, role):
    conversations.say(application, by=entrepreneur, text="A question")
    client.force_login(UserFactory(roles=[role]))

    words = text(page(client, application))
    assert 'data-testid="send-message"' not in words
    assert ('data-testid="keep-note"' in words) == (role == "communication")
    assert post(client, application, "message", **{"q-text": "Hello"}).status_code == 409
    assert post(client, application, "settle").status_code == 403
    assert post(client, application, "note", **{"q-text": "Hm"}).status_code == (
        302 if role == "communication" else 409
    )

    message = Message.objects.get()
    assert (message.read_at, message.settled_at) == (None, None)


def test_opening_the_page_marks_as_read_and_an_answer_settles(client, officer, application, entrepreneur):
    conversations.say(application, by=entrepreneur, text="A question")
    client.force_login(officer)

    response = page(client, application)
    assert "A message waits for an answer" in text(response)
    assert Message.objects.get().read_at is not None
    seen = response.context["talk"]["seen"]
    conversations.say(application, by=entrepreneur, text="Another")
    post(client, application, "message", **{"q-text": "An answer", "seen": seen})

    assert "A message waits for an answer" in text(page(client, application))
    post(client, application, "settle", seen=page(client, application).context["talk"]["seen"])
    assert "waits for an answer" not in text(page(client, application))
    assert list(conversations.to_answer()) == []


@pytest.mark.parametrize("seen", ["", "yesterday", "2026-13-40T00:00", "2026-01-01T00:00:00"])
def test_a_seen_that_is_none_means_all(client, officer, application, entrepreneur, seen):
    conversations.say(application, by=entrepreneur, text="A question")
    client.force_login(officer)
    post(client, application, "message", **{"q-text": "An answer", "seen": seen})
    assert list(conversations.to_answer()) == []


@pytest.mark.parametrize("what", ["note", "message", "settle"])
def test_neither_partners_nor_applicants_write_here(client, application, what):
    for user in (
        application.applicant,
        UserFactory(roles=["partner_editor"]),
        UserFactory(roles=["hub_manager"]),
    ):
        client.force_login(user)
        assert post(client, application, what, **{"q-text": "In?"}).status_code in (302, 403, 404)
    assert not Note.objects.exists()
    assert not Message.objects.exists()


def test_an_applicant_never_sees_a_note(client, officer, application, entrepreneur):
    conversations.note(application, by=officer, text="Ask for the secret quote")
    client.force_login(entrepreneur)
    for name in ("application", "messages", "receipt", "application_json"):
        response = client.get(reverse(name, args=[application.pk]), headers=EN)
        content = b"".join(response) if response.streaming else response.content
        assert b"secret quote" not in content
        assert b"internal note" not in content
    assert "secret quote" not in client.get("/en/space/").content.decode()
