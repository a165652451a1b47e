"""The start: the sentence, the four quarters, the next deadlines, figures that lead somewhere."""

import pytest
from django.core.cache import cache

from tests.actions.factories import ActionFactory, AxisFactory, ProgrammeFactory
from tests.calls.factories import CallFactory, CallRuleFactory
from tests.calls.views.test_public import in_phase, text_of, titles
from tests.grants.factories import AwardFactory
from tests.hubs.factories import HubFactory
from tests.partners.factories import PartnerFactory
from wecd.pages.partners import KEY, footer

pytestmark = pytest.mark.django_db
HOME, FIND = "/en/", "/en/find/"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_next_deadlines(client, rows, django_assert_num_queries):
    for _ in range(rows):
        call = in_phase("open")
        CallRuleFactory(call=call)
        HubFactory(programme=call.action.axis.programme)
        AwardFactory(approved=True, envelope=call.envelope)
    in_phase("draft")
    in_phase("to_come")
    # what changed; axes, calls, legal forms; programme, its axes; actions; hubs; who may apply; awards; rows
    with django_assert_num_queries(12):
        response = client.get(HOME)
    assert titles(response)[:rows] == ["Call open"] * rows
    assert text_of(response).count('data-testid="call-card"') == rows


def test_without_open_calls_says_what_is_coming(client):
    assert "No call is open" in text_of(client.get(HOME))
    in_phase("to_come")
    assert "One is on its way." in text_of(client.get(HOME))


def test_a_quarter_says_what_it_offers_today(client):
    programme = ProgrammeFactory()
    for mark in ("skills", "business", "networks"):
        ActionFactory(axis=AxisFactory(programme=programme, mark=mark, slug=mark))
    CallFactory(action=programme.axes.get(mark="business").actions.get())
    HubFactory(programme=programme)
    page = text_of(client.get(HOME))
    assert 'href="/en/calls/?f=1&amp;axis=business&amp;status=open">1 open call' in page
    assert 'href="/en/axes/skills/">1 action' in page
    assert "1 Creative Hub" in page


def test_figures_follow_the_database_and_lead_to_their_source(client):
    programme = ProgrammeFactory(code="WECD", budget=1_000_000, starts_on="2013-01-01", ended_on="2015-10-31")
    axis = AxisFactory(programme=programme)
    page = text_of(client.get(HOME))
    assert 'href="/en/programme/#vouchers"' in page
    assert 'href="/en/programme/#boost-up"' in page  # no award of ours yet
    assert "€1M" in page
    assert "2013 to 2015" in page
    AwardFactory(approved=True, envelope__action__axis=axis)
    AwardFactory(envelope__action__axis=axis)  # a proposal is nobody's business yet
    cache.clear()
    page = text_of(client.get(HOME))
    assert "€6,000, each with its reason" in page
    assert "#boost-up" not in page


def test_another_programme_is_not_given_the_history_of_this_one(client):
    AxisFactory(programme=ProgrammeFactory(code="FLANDERS"))
    page = text_of(client.get(HOME))
    assert "#vouchers" not in page
    assert 'id="pilot"' not in text_of(client.get("/en/programme/"))


# --- The sentence ---------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_find_query_count(client, rows, django_assert_num_queries):
    for _ in range(rows):
        CallRuleFactory(call=CallFactory(), code="size_class", params={"allowed": ["small"]})
        HubFactory()
    with django_assert_num_queries(7):  # axes, calls, legal forms; who may apply; hubs; actions; rows
        response = client.get(FIND)
    assert text_of(response).count('data-testid="call-card"') == rows


def test_find_says_what_fits_and_keeps_the_sentence(client):
    call = CallFactory(action__slug="creative-vouchers", title_fr="Chèque")
    CallRuleFactory(call=call, code="size_class", params={"allowed": ["micro"]})
    HubFactory(name="Hub of Mons", city="Mons")
    HubFactory(name="Elsewhere", city="Namur")
    page = text_of(client.get(FIND, {"who": "micro", "where": "mons", "seek": "designer"}))
    assert "1 call, 1 action and 1 hub fit you" in page
    assert "Hub of Mons" in page
    assert "Elsewhere" not in page
    assert '<option value="micro" selected>' in page
    assert '<option value="mons" selected>Mons</option>' in page
    assert '<meta name="robots" content="noindex">' in page


def test_find_shows_a_way_out_when_no_call_fits(client):
    call = CallFactory()
    CallRuleFactory(call=call, code="size_class", params={"allowed": ["micro"]})
    page = text_of(client.get(FIND, {"who": "large"}))
    assert "No call fits this sentence" in page
    assert 'href="/en/calls/?f=1"' in page


def test_nothing_at_all(client):
    assert "Nothing fits this sentence yet" in text_of(client.get(FIND))


def test_words_nobody_offered_are_the_usual_ones(client):
    page = text_of(client.get(FIND, {"who": "<script>", "where": "paris", "seek": "gold"}))
    assert '<option value="verviers" selected>' in page
    assert "<script>" not in page.split("<main")[1]
    assert '<option value="gold"' not in page


def test_a_script_asks_for_the_count_alone(client):
    HubFactory()
    response = client.get(FIND, headers={"X-Fragment": "1"})
    assert response.content.decode() == "1 hub fits you"
    assert "X-Fragment" in response["Vary"]


# --- The footer -----------------------------------------------------------------------------------
def test_partners_in_the_footer(client, django_assert_num_queries):
    programme = ProgrammeFactory()
    lead = PartnerFactory(name="Wallonie Design (agency)", code="WD")
    programme.partner_periods.create(partner=PartnerFactory(name="Associated"), role="associated")
    programme.partner_periods.create(partner=lead, role="lead")
    PartnerFactory(name="No role")
    cache.delete(KEY)
    page = text_of(client.get(FIND))
    assert page.index('<a href="/en/partners/wd/">Wallonie Design</a>') < page.index(">Associated</a>")
    assert "No role" not in page
    with django_assert_num_queries(0):
        assert [partner["name"] for partner in footer()] == ["Wallonie Design", "Associated"]
