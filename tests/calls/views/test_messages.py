"""Messages in the portal: the people of the enterprise read and answer."""

import pytest
from django.urls import reverse

from calls.domain import conversations
from calls.models import Message
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(entrepreneur, enterprise):
    return ApplicationFactory(applicant=entrepreneur, enterprise=enterprise, submitted=True)


def address(application):
    return f"/en/applications/{application.pk}/messages/"


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_one_query_count(client, officer, application, entrepreneur, rows, django_assert_num_queries):
    for number in range(rows):
        conversations.say(application, by=officer, text=f"Message {number}")
    client.force_login(entrepreneur)
    with django_assert_num_queries(7):
        words = text(client.get(address(application)))
    assert words.count("Message ") >= rows


def test_opening_marks_as_read_and_says_what_is_new(client, officer, application, entrepreneur):
    conversations.say(application, by=officer, text="Hello <b>you</b>")
    client.force_login(entrepreneur)
    application_page = reverse("application", args=[application.pk])

    assert "You have a message about" in text(client.get("/en/space/"))
    assert "One thing awaits you." in text(client.get("/en/space/"))
    assert "1 new message" in text(client.get(application_page.replace("/fr/", "/en/")))
    words = text(client.get(address(application)))
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in words
    assert ">New<" in words.replace(" ", "") or "New" in words

    assert Message.objects.get().read_at is not None
    assert "You have a message about" not in text(client.get("/en/space/"))
    assert "nothing new" in text(client.get(application_page.replace("/fr/", "/en/")))


def test_an_editor_answers_once(client, officer, application, entrepreneur):
    client.force_login(entrepreneur)
    key = str(client.get(address(application)).context["key"])
    for _ in range(2):
        response = client.post(address(application), {"q-text": "Here it is.", "key": key})
        assert response.status_code == 302
    assert [(m.text, m.from_staff) for m in Message.objects.all()] == [("Here it is.", False)]
    assert list(conversations.to_answer()) == [application]


def test_a_reader_reads_along(client, officer, application):
    conversations.say(application, by=officer, text="Hello")
    client.force_login(MembershipFactory(enterprise=application.enterprise, role="reader").user)

    words = text(client.get(address(application)))
    response = client.post(address(application), {"q-text": "Me too"})

    assert "Hello" in words
    assert 'name="q-text"' not in words
    assert response.status_code == 403
    assert Message.objects.count() == 1


def test_nobody_else(client, officer, application):
    for user in (UserFactory(), officer):
        client.force_login(user)
        assert client.get(address(application)).status_code == 404
        assert client.post(address(application), {"q-text": "In?"}).status_code == 404
    assert not Message.objects.exists()


def test_a_refused_text_comes_back(client, application, entrepreneur):
    client.force_login(entrepreneur)
    words = "a" * 10_001
    response = client.post(address(application), {"q-text": words})
    assert response.status_code == 409
    assert words in text(response)


def test_text_of_somebody_signed_out_comes_back(client, application, entrepreneur):
    response = client.post(address(application), {"q-text": "Typed for an hour"})
    assert response.status_code == 401
    assert "Typed for an hour" in text(response)

    client.force_login(entrepreneur)
    assert "Your text is back." in text(client.get(address(application)))
    assert not Message.objects.exists()
    client.post(address(application), {"q-text": "Typed for an hour"})
    assert Message.objects.count() == 1
    assert "Your text is back." not in text(client.get(address(application)))


def test_of_a_draft_the_page_says_who_to_write_to(client, entrepreneur, enterprise):
    draft = ApplicationFactory(applicant=entrepreneur, enterprise=enterprise)
    client.force_login(entrepreneur)
    words = text(client.get(address(draft)))
    assert "cheques@wecd.example" in words
    assert 'name="q-text"' not in words
