"""The pages by which anybody reaches the programme."""

import time

import pytest
from django.core import signing
from django.core.cache import cache

from wecd.common import spam
from wecd.contact.models import Enquiry

pytestmark = pytest.mark.django_db
CONTACT, BARRIER = "/en/contact/", "/en/accessibility/barrier/"


@pytest.fixture(autouse=True)
def _programme(db):
    cache.clear()


def opened(seconds=30):
    return signing.dumps(int(time.time()) - seconds, salt=spam.SALT)


def typed(**changed):
    return {"kind": "question", "text": "When?", "email": "a@example.org", "opened": opened()} | changed


def test_a_message_arrives_once_and_the_page_can_be_reloaded(client):
    response = client.post(CONTACT, typed(), follow=True)
    assert response.redirect_chain == [("/en/contact/?sent=1", 302)]
    assert "Your message has arrived." in response.content.decode()
    enquiry = Enquiry.objects.get()
    assert (enquiry.text, enquiry.email, enquiry.language, enquiry.state) == (
        "When?",
        "a@example.org",
        "en",
        "new",
    )


def test_a_barrier_needs_no_address(client):
    said = {"page": "/fr/calls/", "text": "The menu", "opened": opened()}
    assert client.post(BARRIER, said).status_code == 302
    enquiry = Enquiry.objects.get()
    assert (enquiry.kind, enquiry.page, enquiry.email) == ("barrier", "/fr/calls/", "")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"text": ""}, "Write what you want to tell us."),
        ({"email": "nobody"}, "valid email"),
        ({"website": "spam"}, "should stay empty"),
        ({"opened": ""}, "Wait a few seconds"),
        ({"opened": "forged"}, "Wait a few seconds"),
        ({"kind": "other"}, "valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, changed, says):
    response = client.post(CONTACT, typed(**changed))
    assert response.status_code == 422
    page = response.content.decode()
    assert says in page
    if "text" not in changed:
        assert "When?" in page
    assert not Enquiry.objects.exists()


def test_a_form_sent_at_once_is_a_machines(client):
    assert client.post(CONTACT, typed(opened=opened(0))).status_code == 422


def test_many_from_one_network_wait(client):
    for _index in range(5):
        assert client.post(CONTACT, typed()).status_code == 302
    response = client.post(CONTACT, typed())
    assert response.status_code == 429
    assert "When?" in response.content.decode()
    assert Enquiry.objects.count() == 5


@pytest.mark.parametrize("language", ["fr", "de", "nl", "en"])
@pytest.mark.parametrize("page", ["accessibility", "privacy", "contact", "accessibility/barrier"])
def test_pages_answer_in_each_language(client, language, page):
    response = client.get(f"/{language}/{page}/")
    assert response.status_code == 200
    assert f'lang="{language}"' in response.content.decode()


@pytest.mark.parametrize("page", ["accessibility", "privacy"])
def test_statements_set_no_cookie(client, page):
    response = client.get(f"/fr/{page}/")
    assert not response.cookies
    assert "public" in response["Cache-Control"]


class TestBackOffice:
    @pytest.fixture
    def enquiry(self, db):
        return Enquiry.objects.create(kind="question", text="<b>When?</b>", email="a@example.org")

    def test_an_officer_reads_and_answers(self, client, officer, enquiry):
        client.force_login(officer)
        url = f"/admin/contact/enquiry/{enquiry.pk}/change/"
        assert "&lt;b&gt;When?" in client.get(url).content.decode()
        assert client.post(url, {"act": "answer", "text": "Soon"}).status_code == 302
        enquiry.refresh_from_db()
        assert enquiry.answer == "Soon"
        again = client.post(url, {"act": "answer", "text": "Later"}).content.decode()
        assert "can no longer be done" in again

    def test_an_empty_answer_is_refused_with_a_sentence(self, client, officer, enquiry):
        client.force_login(officer)
        page = client.post(f"/admin/contact/enquiry/{enquiry.pk}/change/", {"act": "answer", "text": ""})
        assert "Write the answer first." in page.content.decode()

    def test_others_do_not_see_it(self, client, auditor, enquiry):
        client.force_login(auditor)
        assert client.get(f"/admin/contact/enquiry/{enquiry.pk}/change/").status_code in (302, 403, 404)

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_list_has_one_price(self, client, officer, rows, django_assert_num_queries):
        for _index in range(rows):
            Enquiry.objects.create(kind="barrier", text="The menu")
        client.force_login(officer)
        client.get("/admin/contact/enquiry/")
        with django_assert_num_queries(5):
            client.get("/admin/contact/enquiry/")
