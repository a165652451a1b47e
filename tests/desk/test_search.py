"""One field that searches everything one may see."""

import pytest

from tests.accounts.factories import EnterpriseFactory, UserFactory
from tests.calls.factories import ApplicationFactory
from tests.partners.factories import PartnerFactory

pytestmark = pytest.mark.django_db


def search(client, text: str) -> str:
    return client.get("/admin/search/", {"q": text}).content.decode()


def test_accents_and_capitals_do_not_matter(client, officer):
    EnterpriseFactory(name="Crêperie Élégante")
    client.force_login(officer)
    assert "Crêperie Élégante" in search(client, "creperie ELEGANTE")


def test_a_reference_a_number_and_a_title_are_found(client, officer):
    application = ApplicationFactory(submitted=True, title="Mobilier en chutes de laine")
    client.force_login(officer)
    for text in (application.reference, "chutes laine", application.enterprise.number_display):
        assert "Mobilier en chutes de laine" in search(client, text), text


def test_what_one_may_not_see_is_not_found(client, officer):
    draft = ApplicationFactory(title="Ébauche privée")
    client.force_login(officer)
    assert "Ébauche privée" not in search(client, "ébauche")
    client.force_login(UserFactory(roles=["hub_manager"]))
    assert draft.enterprise.name not in search(client, draft.enterprise.name).split("</form>")[-1]


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get("/admin/search/?q=x").status_code == 302


def test_words_for_nothing_found_and_too_little(client, officer):
    client.force_login(officer)
    assert "Nothing found" in search(client, "xyzzyx")
    assert "at least two characters" in search(client, "x")
    assert "<script>alert" not in search(client, "<script>alert(1)</script>")
    assert client.get("/admin/search/", {"q": "a\x00b' OR 1=1 --"}).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_price(client, officer, rows, django_assert_max_num_queries):
    for index in range(rows):
        PartnerFactory(name=f"Laine {index}")
        ApplicationFactory(submitted=True, title=f"Laine {index}")
    client.force_login(officer)
    search(client, "laine")
    with django_assert_max_num_queries(16) as queries:
        assert "Laine 0" in search(client, "laine")
    assert len(queries) == test_price.__dict__.setdefault("seen", len(queries))
