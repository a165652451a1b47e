"""A partner's editors in the back office: their partner and the actions it leads, and nothing else."""

import pytest

from tests.actions.factories import ActionFactory
from tests.back_office import as_posted, sidebar
from tests.hubs.factories import HubFactory
from tests.partners.factories import PartnerFactory, PartnerMemberFactory

pytestmark = pytest.mark.django_db
PARTNERS, ACTIONS = "/admin/partners/partner/", "/admin/actions/action/"


@pytest.fixture
def partner(partner_editor):
    return partner_editor.partner_memberships.get().partner


@pytest.fixture
def as_editor(client, partner_editor):
    client.force_login(partner_editor)
    return client


@pytest.fixture
def other():
    """Another partner, which leads an action."""
    return ActionFactory(name="Secret plans", lead=PartnerFactory(name="Other house", code="other")).lead


def rows(client, address, **query):
    return list(client.get(address, query).context["cl"].result_list)


def test_the_lists_hold_their_own_rows(as_editor, partner, other):
    mine = ActionFactory(lead=partner)
    ActionFactory().partners.add(partner)  # takes part, does not lead
    assert rows(as_editor, PARTNERS) == [partner]
    assert rows(as_editor, ACTIONS) == [mine]


def test_neither_search_nor_filters_nor_suggestions_find_another(as_editor, partner, other):
    ActionFactory(lead=partner)
    assert rows(as_editor, PARTNERS, q="Other house") == []
    assert rows(as_editor, ACTIONS, q="Secret") == []
    assert rows(as_editor, ACTIONS, lead__id__exact=other.pk) == []
    suggest = {"app_label": "actions", "model_name": "action", "field_name": "lead", "term": "Other"}
    answer = as_editor.get("/admin/autocomplete/", suggest)
    assert answer.status_code == 403 or answer.json()["results"] == []


def test_neither_the_dashboard_nor_the_search_of_everything_tells_more(as_editor, partner, other, enterprise):
    HubFactory(name="A hub elsewhere")
    for text in ("Other house", "Secret plans", "Ardenne", "A hub elsewhere"):
        for address in (f"/admin/search/?s={text}", f"/admin/search/?q={text}", "/admin/"):
            page = as_editor.get(address)
            assert page.status_code == 200
            shown = page.content.decode().replace(f'value="{text}"', "").replace(f"“{text}”", "")
            assert text not in shown, address


@pytest.mark.parametrize("part", ["change", "history", "delete"])
def test_no_page_of_another_opens(as_editor, other, part):
    for address in (f"{PARTNERS}{other.pk}/{part}/", f"{ACTIONS}{other.led_actions.get().pk}/{part}/"):
        answer = as_editor.get(address)
        assert answer.status_code in (302, 403)
        assert "Other house" not in answer.content.decode()


def test_they_write_the_texts_of_their_partner(as_editor, partner):
    address = f"{PARTNERS}{partner.pk}/change/"
    page = as_editor.get(address)
    data = as_posted(page) | {"description_fr": "Une maison du design.", "website": "https://design.example"}
    data |= {"name": "Taken over", "code": "taken"}
    answer = as_editor.post(address, data)
    assert answer.status_code == 302, answer.context["errors"]
    before = partner.name
    partner.refresh_from_db()
    assert (partner.description_fr, partner.website) == ("Une maison du design.", "https://design.example")
    assert (partner.name, partner.code) == (before, partner.code)
    assert partner.code != "taken"


def test_they_write_the_texts_of_actions_it_leads(as_editor, partner):
    action = ActionFactory(lead=partner, name="Before")
    address = f"{ACTIONS}{action.pk}/change/"
    data = as_posted(as_editor.get(address)) | {
        "summary_fr": "Un chèque.",
        "slug": "elsewhere",
        "name_fr": "B",
    }
    answer = as_editor.post(address, data)
    assert answer.status_code == 302, answer.context["errors"]
    action.refresh_from_db()
    assert (action.summary_fr, action.name_fr) == ("Un chèque.", "B")
    assert action.slug != "elsewhere"
    assert action.lead == partner


def test_another_partner_is_not_written(as_editor, other):
    answer = as_editor.post(f"{PARTNERS}{other.pk}/change/", {"description_fr": "Hacked"})
    assert answer.status_code in (302, 403)
    other.refresh_from_db()
    assert not other.description_fr


def test_colleagues_addresses_stay_out_of_the_page(as_editor, partner):
    colleague = PartnerMemberFactory(partner=partner).user
    page = as_editor.get(f"{PARTNERS}{partner.pk}/change/").content.decode()
    assert colleague.email not in page
    assert colleague.name not in page


def test_the_sidebar_holds_what_they_can_use(as_editor, partner):
    HubFactory()
    assert sidebar(as_editor.get(PARTNERS)) == [
        "/admin/", "/admin/actions/action/", "/admin/partners/partner/"
    ]  # fmt: skip


def test_an_editor_of_nothing_sees_nothing(client, partner_editor, partner):
    partner.members.all().delete()
    client.force_login(partner_editor)
    assert client.get("/admin/").status_code == 200
    assert client.get(PARTNERS).status_code == 403
    assert client.get(f"{PARTNERS}{partner.pk}/change/").status_code in (302, 403)
