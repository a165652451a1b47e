"""The programme, its axes, actions and partners: what they show, in few queries, to everyone."""

import pytest
from django.core.cache import cache

from partners.models import Partner
from tests.actions.factories import ActionFactory, AxisFactory, IndicatorFactory, ProgrammeFactory
from tests.calls.factories import CallFactory
from tests.calls.views.test_public import in_phase, text_of
from tests.grants.factories import AwardFactory
from tests.hubs.factories import HubFactory
from tests.partners.factories import PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    return ProgrammeFactory(
        code="WECD",
        budget=1_000_000,
        starts_on="2013-01-01",
        ended_on="2015-10-31",
        description="Une région.",
    )


def an_axis(programme, rows=1, **kwargs):
    """An axis with actions, each with a lead, a partner, a call ahead and a past one, an award; and hubs."""
    axis = AxisFactory(programme=programme, slug="networks", mark="networks", **kwargs)
    for number in range(rows):
        action = ActionFactory(axis=axis, slug="creative-hubs" if not number else f"action-{number}")
        action.partners.add(PartnerFactory())
        programme.partner_periods.create(partner=action.lead, role="partner")
        call = CallFactory(action=action)
        in_phase("results", action=action)
        AwardFactory(approved=True, envelope=call.envelope)
        HubFactory(programme=programme)
        IndicatorFactory(programme=programme, action=action)
    return axis


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("programme/", 10),  # changed, deadline; programme, axes; actions; indicators; roles; axes, calls, …
        ("axes/networks/", 10),  # changed, deadline; axis; actions; awards; axes, calls, legal forms; …; hubs
        ("actions/creative-hubs/", 11),  # changed, deadline; action, partners; awards; indicators; …; hubs
        ("partners/wd/", 9),  # changed, deadline; partner; roles; actions; axes, calls, legal forms; rows
    ],
)
def test_query_count(client, programme, rows, address, queries, django_assert_num_queries):
    axis = an_axis(programme, rows)
    partner = PartnerFactory(code="WD")
    for action in axis.actions.all():
        action.partners.add(partner)
    with django_assert_num_queries(queries):
        response = client.get(f"/en/{address}")
    assert response.status_code == 200


def test_the_programme_says_who_ran_it_when_and_from_what_source(client, programme):
    an_axis(programme)
    partner = Partner.objects.first()
    programme.partner_periods.create(
        partner=partner, role="lead", from_date="2014-02-01", until_date="2015-01-31"
    )
    programme.partner_periods.create(
        partner=PartnerFactory(code="NEW"), role="associated", from_date="2026-01-01"
    )
    page = text_of(client.get("/en/programme/"))
    for words in ("2014 to 2015", "since 2026", "Lead partner", "Ten creative vouchers", "one source only"):
        assert words in page
    assert page.count("Source:") == 6
    assert f'href="/en/partners/{partner.code.lower()}/"' in page
    assert 'href="/en/axes/networks/"' in page
    assert 'href="/en/actions/creative-hubs/"' in page


def test_an_axis_shows_its_calls_ahead_then_the_past_its_hubs_and_what_it_gave(client, programme):
    an_axis(programme)
    CallFactory(title_fr="Of another axis", action__axis__mark="skills")
    in_phase("cancelled", action__axis__mark="networks")
    page = text_of(client.get("/en/axes/networks/"))
    assert page.count('data-testid="call-card"') == 2
    assert "A past call" in page
    assert "Of another axis" not in page
    assert "€6,000, each with its reason" in page
    assert "The Creative Hubs" in page


def test_an_action_names_its_lead_its_partners_its_axis(client, programme):
    action = an_axis(programme).actions.get()
    page = text_of(client.get("/en/actions/creative-hubs/"))
    for partner in (action.lead, *action.partners.all()):
        assert f'<a href="/en/partners/{partner.code.lower()}/">{partner.name}</a>' in page
    assert "Seven Creative Hubs are chosen" in page
    assert "The pilot call" not in page  # of another action


def test_a_partner_says_what_it_leads_and_takes_part_in(client, programme):
    axis = an_axis(programme, rows=2)
    first, second = axis.actions.order_by("slug")
    second.partners.add(first.lead)
    page = text_of(client.get(f"/en/partners/{first.lead.code.upper()}/"))
    assert page.count("Leads this action") == page.count("Takes part in this action") == 1
    assert page.count('data-testid="call-card"') == 4


def test_what_nobody_translated_is_shown_in_french_and_says_so(client, programme):
    axis = an_axis(programme, description_fr="Provoquer la rencontre : partout.", name_fr="Réseaux")
    page = text_of(client.get("/en/axes/networks/"))
    assert '<span lang="fr">Provoquer la rencontre\u00a0: partout.</span>' in page
    assert "Parts of this page exist only in French." in page
    axis.description_en = "Making people meet."
    axis.save()
    page = text_of(client.get("/en/axes/networks/"))  # at once: the row's version is part of the key
    assert '<span lang="fr">Provoquer' not in page
    assert "exist only in French" not in page


@pytest.mark.parametrize("address", ["programme/", "axes/none/", "actions/none/", "partners/none/"])
def test_nothing_at_this_address(client, address):
    assert client.get(f"/en/{address}").status_code == 404


def test_a_change_shows_at_once_and_an_unchanged_page_is_not_sent_again(client, programme):
    axis = an_axis(programme)
    first = client.get("/en/axes/networks/")
    assert client.get("/en/axes/networks/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    axis.programme.hubs.update(name="Renamed hub")
    response = client.get("/en/axes/networks/", headers={"If-None-Match": first["ETag"]})
    assert "Renamed hub" in text_of(response)
    cache.clear()
