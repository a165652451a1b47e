"""What fits a sentence: the calls' own rules, the nearest hubs, the actions that give what is sought."""

import pytest

from tests.actions.factories import ActionFactory, AxisFactory
from tests.calls.factories import CallFactory, CallRuleFactory
from tests.calls.views.test_public import in_phase
from tests.hubs.factories import HubFactory
from wecd.common import places
from wecd.pages import fitting

pytestmark = pytest.mark.django_db
SME = {"allowed": ["micro", "small", "medium"]}


def fits(who="sme", where="verviers", seek="designer"):
    return fitting.find(None, who=who, where=where, seek=seek)


@pytest.mark.parametrize(
    ("who", "code", "params", "fit"),
    [
        ("sme", "size_class", SME, True),
        ("large", "size_class", SME, False),
        ("sme", "size_class", {"allowed": ["micro"]}, False),
        ("association", "legal_form", {"allowed": ["foundation"]}, True),
        ("association", "legal_form", {"allowed": ["srl", "sa"]}, False),
        ("public", "legal_form", {"allowed": ["school"]}, True),
        ("self-employed", "legal_form", {"allowed": ["self_employed"]}, True),
        ("sme", "wallonia_seat_or_site", {"which": "both"}, True),
        ("large", "size_class", {"allowed": "nonsense"}, True),  # a rule nobody can use excludes nobody
        ("large", "no-such-rule", {}, True),
    ],
)
def test_the_rules_of_a_call_say_who(who, code, params, fit):
    CallRuleFactory(call=CallFactory(), code=code, params=params)
    assert len(fits(who).entries) == fit


def test_one_rule_that_says_no_is_enough():
    call = CallFactory()
    CallRuleFactory(call=call, code="size_class", params=SME)
    CallRuleFactory(call=call, code="legal_form", params={"allowed": ["asbl"]})
    assert fits("sme").entries == []


def test_what_is_sought_says_which_calls_and_in_which_order():
    voucher = CallFactory(kind="creative_voucher", action__axis__mark="business")
    boost = CallFactory(boost_up=True, action__axis__mark="business")
    skills = CallFactory(boost_up=True, action__axis__mark="skills")
    assert [entry.pk for entry in fits(seek="designer").entries] == [voucher.pk]
    assert {entry.pk for entry in fits(seek="funding").entries[:2]} == {boost.pk, skills.pk}
    assert fits(seek="funding").entries[2].pk == voucher.pk
    assert [entry.pk for entry in fits(seek="training").entries] == [skills.pk]
    assert fits(seek="place").entries == []


@pytest.mark.parametrize(
    ("phase", "shown"),
    [("open", 1), ("closing", 1), ("to_come", 1), ("closed", 0), ("cancelled", 0), ("draft", 0)],
)
def test_only_calls_one_can_still_prepare_for(phase, shown):
    in_phase(phase)
    assert len(fits().entries) == shown


def test_hubs_of_the_municipality_then_of_the_province_then_the_rest():
    HubFactory(name="A far", city="Tournai")
    HubFactory(name="B near", city="Liège")
    HubFactory(name="C here", city="Verviers")
    HubFactory(name="D closed", city="Verviers", status="closed")
    assert [hub.name for hub in fits(seek="place").hubs] == ["C here", "B near", "A far"]
    assert [hub.name for hub in fits(seek="designer").hubs] == ["C here"]


def test_a_hub_is_placed_by_its_postal_code_else_by_its_city():
    assert fitting.province_of(HubFactory(postal_code="4800", city="?")) == "BE33"
    assert fitting.province_of(HubFactory(city="Louvain-la-Neuve")) == "BE31"
    assert fitting.province_of(HubFactory(city="Maastricht")) == ""


def test_actions_named_for_it_then_those_of_its_axes():
    business = AxisFactory(mark="business")
    ActionFactory(axis=business, slug="other")
    ActionFactory(axis=business, slug="boost-up")
    ActionFactory(axis=AxisFactory(mark="skills"), slug="course")
    assert [action.slug for action in fits(seek="market").actions] == ["boost-up", "other"]
    assert [action.slug for action in fits(seek="training").actions] == ["course"]


def test_every_municipality_once_and_every_default_known():
    rows = fitting.municipalities()
    assert len(rows) == len({row.slug for row in rows}) == 261
    assert fitting.chosen({}) == fitting.DEFAULT
    assert places.called("VERVIERS")[0].refnis == "63079"
    assert places.called("") == []
