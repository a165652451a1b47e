"""Rules one by one, then together: asked once, judged alike on the page and at submission."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from calls import eligibility
from calls.eligibility import RULES, Context, Facts
from grants.models import DeMinimisAid
from tests.accounts.factories import EnterpriseFactory, SiteFactory
from tests.calls.factories import ApplicationFactory, CallFactory, CallRuleFactory

CONTEXT = Context(
    key="k1",
    today=date(2026, 12, 1),
    largest_grant=Decimal(6000),
    ceiling=Decimal(300_000),
    years=3,
    question="Do you have a provider?",
)
CODES = {"2008": ["74.1", "90"], "2025": ["74.12"]}
CASES = [
    ("wallonia_seat_or_site", {"which": "seat"}, Facts(seat_in_wallonia=True), "yes"),
    ("wallonia_seat_or_site", {"which": "seat"}, Facts(seat_in_wallonia=False, site_in_wallonia=True), "no"),
    ("wallonia_seat_or_site", {"which": "site"}, Facts(seat_in_wallonia=False, site_in_wallonia=True), "yes"),
    ("wallonia_seat_or_site", {"which": "both"}, Facts(seat_in_wallonia=True, site_in_wallonia=True), "yes"),
    ("wallonia_seat_or_site", {"which": "both"}, Facts(seat_in_wallonia=True), "unknown"),
    ("wallonia_seat_or_site", {"which": "both"}, Facts(site_in_wallonia=False), "no"),
    ("wallonia_seat_or_site", {"which": "either"}, Facts(site_in_wallonia=True), "yes"),
    ("wallonia_seat_or_site", {"which": "either"}, Facts(site_in_wallonia=False), "unknown"),
    ("wallonia_seat_or_site", {"which": "either"}, Facts(said={"wallonia-either": False}), "no"),
    ("legal_form", {"allowed": ["srl", "sa"]}, Facts(legal_form="srl"), "yes"),
    ("legal_form", {"allowed": ["srl", "sa"]}, Facts(legal_form="asbl"), "no"),
    ("legal_form", {"allowed": ["srl", "sa"]}, Facts(legal_form="nonsense"), "unknown"),
    ("size_class", {"allowed": ["micro", "small", "medium"]}, Facts(size_class="medium"), "yes"),
    ("size_class", {"allowed": ["micro", "small", "medium"]}, Facts(size_class="large"), "no"),
    ("size_class", {"allowed": ["micro", "small", "medium"]}, Facts(said={"sme": True}), "yes"),
    ("size_class", {"allowed": ["micro", "small", "medium"]}, Facts(said={"sme": False}), "no"),
    ("size_class", {"allowed": ["micro"]}, Facts(said={"sme": True}), "unknown"),
    ("size_class", {"allowed": ["large"]}, Facts(said={"sme": False}), "yes"),
    ("nace", {"codes": CODES}, Facts(activities=(("2008", "74101"),)), "yes"),
    ("nace", {"codes": CODES}, Facts(activities=(("2025", "74.120"),)), "yes"),
    ("nace", {"codes": CODES}, Facts(activities=(("2025", "90000"),)), "unknown"),  # 90 counts in 2008 only
    ("nace", {"codes": CODES, "strict": True}, Facts(activities=(("2025", "90000"),)), "no"),
    (
        "nace",
        {"codes": {"2025": ["74.12"]}, "strict": True},
        Facts(activities=(("2008", "74120"),)),
        "unknown",
    ),
    ("nace", {"codes": CODES, "strict": True}, Facts(said={"nace-k1": False}), "no"),
    ("age_of_enterprise", {"min_months": 12}, Facts(founded_on=date(2025, 12, 1)), "yes"),
    ("age_of_enterprise", {"min_months": 12}, Facts(founded_on=date(2025, 12, 2)), "no"),
    ("age_of_enterprise", {"max_months": "60"}, Facts(founded_on=date(2020, 1, 1)), "no"),
    ("age_of_enterprise", {"max_months": 60}, Facts(age_months=60), "yes"),
    ("de_minimis_room", {}, Facts(aid_declared=Decimal(294_000)), "yes"),
    ("de_minimis_room", {}, Facts(aid_declared=Decimal("294000.01")), "no"),
    ("de_minimis_room", {}, Facts(aid_recorded=Decimal(295_000), aid_declared=Decimal(0)), "no"),
    ("de_minimis_room", {}, Facts(aid_recorded=Decimal(0)), "unknown"),  # nothing declared yet
    ("de_minimis_room", {"answer_key": "aid"}, Facts(answers={"aid": "12500.00"}), "yes"),
    ("de_minimis_room", {"answer_key": "aid"}, Facts(answers={"aid": "words"}), "unknown"),
    ("de_minimis_room", {}, Facts(said={"de_minimis": True}), "yes"),
    ("de_minimis_room", {}, Facts(said={"de_minimis": False}), "no"),
    ("de_minimis_room", {}, Facts(said={"de_minimis": True}, aid_recorded=Decimal(300_000)), "no"),
    ("one_application", {}, Facts(has_applied=False), "yes"),
    ("one_application", {}, Facts(has_applied=True), "no"),
    ("one_application", {}, Facts(said={"applied": True}), "no"),
    ("staff_yes_no", {"right": "yes", "remedy": "Find one."}, Facts(said={"own-k1": True}), "yes"),
    ("staff_yes_no", {"right": "yes", "remedy": "Find one."}, Facts(said={"own-k1": False}), "no"),
    ("staff_yes_no", {"right": "no", "remedy": "Stop."}, Facts(said={"own-k1": False}), "yes"),
    (
        "staff_yes_no",
        {"right": "yes", "remedy": "Find one.", "blocking": False},
        Facts(said={"own-k1": False}),
        "unknown",
    ),
    (
        "staff_yes_no",
        {"right": "yes", "remedy": "Find one.", "answer_key": "new"},
        Facts(answers={"new": True}),
        "yes",
    ),
]


@pytest.mark.parametrize(("code", "params", "facts", "verdict"), CASES)
def test_verdicts(code, params, facts, verdict):
    assert RULES[code].validate_params(params) == []
    result = RULES[code].evaluate(facts, params, CONTEXT)
    assert result.verdict == verdict
    assert result.sentence
    assert bool(result.remedy) == (verdict != "yes"), (
        "what to do about it is said whenever there is something"
    )


def test_every_rule_is_tried_with_each_verdict_it_can_give():
    tried = {(code, verdict) for code, _params, _facts, verdict in CASES}
    assert {code for code, _verdict in tried} == set(RULES)
    assert {(code, verdict) for code in RULES for verdict in ("yes", "no")} <= tried


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("wallonia_seat_or_site", {"which": "moon"}),
        ("legal_form", {"allowed": []}),
        ("legal_form", {"allowed": ["gmbh"]}),
        ("size_class", {"allowed": "micro"}),
        ("nace", {"codes": {"2003": ["74"]}}),
        ("nace", {"codes": {"2025": ["7"]}}),
        ("age_of_enterprise", {}),
        ("age_of_enterprise", {"min_months": True}),
        ("age_of_enterprise", {"min_months": 24, "max_months": 12}),
        ("staff_yes_no", {"right": "maybe", "remedy": "x"}),
        ("staff_yes_no", {"right": "yes"}),
    ],
)
def test_unusable_parameters_are_said_and_give_no_refusal(code, params):
    assert RULES[code].validate_params(params)
    assert RULES[code].evaluate(Facts(), params, CONTEXT).verdict == "unknown"


def test_remedy_of_a_staff_question_is_in_the_readers_language():
    params = {"right": "yes", "remedy": {"fr": "Trouvez-en un.", "nl": "Zoek er een."}}
    for language, words in (("nl", "Zoek er een."), ("de", "Trouvez-en un.")):
        with translation.override(language):
            assert RULES["staff_yes_no"].evaluate(Facts(), params, CONTEXT).remedy == words


# --- Together -------------------------------------------------------------------------------------
@pytest.fixture
def call(db):
    call = CallFactory()
    rules = [
        ("size_class", {"allowed": ["micro", "small", "medium"]}),
        ("wallonia_seat_or_site", {"which": "both"}),
        ("wallonia_seat_or_site", {"which": "both"}),
        ("de_minimis_room", {}),
        ("one_application", {}),
    ]
    for position, (code, params) in enumerate(rules):
        CallRuleFactory(call=call, code=code, params=params, position=position)
    return call


def test_a_question_two_rules_need_is_asked_once(call):
    keys = [question.key for question in eligibility.questions_for(call)]
    assert keys == ["sme", "wallonia-both", "de_minimis", "applied"]


def test_answers_give_a_result_for_each_rule_in_order(call):
    facts = eligibility.facts_from_answers(
        call, {"sme": "yes", "wallonia-both": "no", "de_minimis": "within", "applied": "no"}
    )
    results = eligibility.evaluate(call, facts)
    assert [r.verdict for r in results] == ["yes", "no", "no", "yes", "yes"]
    assert eligibility.overall(results) == "no"
    assert set(results[0].as_dict()) == {"code", "title", "verdict", "sentence", "remedy"}


def test_strange_answers_stay_unknown(call):
    facts = eligibility.facts_from_answers(call, {"sme": "<script>", "de_minimis": "unknown", "other": "yes"})
    assert facts == Facts()
    assert eligibility.overall(eligibility.evaluate(call, facts)) == "unknown"


def test_every_offered_answer_is_understood(call):
    """A choice nobody reads would be a question asked for nothing."""
    CallRuleFactory(call=call, code="legal_form", params={"allowed": ["srl"]})
    CallRuleFactory(call=call, code="age_of_enterprise", params={"min_months": 6, "max_months": 60})
    CallRuleFactory(call=call, code="nace", params={"codes": CODES})
    CallRuleFactory(call=call, code="size_class", params={"allowed": ["large"]})
    CallRuleFactory(call=call, code="staff_yes_no", params={"right": "yes", "remedy": "x"}, question="A?")
    for question in eligibility.questions_for(call):
        for value, _words in question.choices:
            facts = eligibility.facts_from_answers(call, {question.key: value})
            assert (facts == Facts()) == (value == "unknown"), (question.key, value)


def test_a_rule_nobody_knows_is_left_out(call):
    CallRuleFactory(call=call, code="retired_rule")
    assert len(eligibility.evaluate(call, Facts())) == 5


def test_facts_of_an_enterprise_take_at_most_five_queries(call, django_assert_max_num_queries):
    enterprise = EnterpriseFactory()
    SiteFactory(enterprise=enterprise, postal_code="1000", municipality="Bruxelles")
    application = ApplicationFactory(call=call, enterprise=enterprise)
    with django_assert_max_num_queries(6):
        facts = eligibility.facts_of(application.enterprise, application)
    assert facts.seat_in_wallonia is True
    assert facts.site_in_wallonia is True
    assert (facts.legal_form, facts.size_class) == ("srl", "micro")
    assert facts.activities == (("2025", "74120"),)
    assert facts.has_applied is False
    assert facts.answers["new"] is True
    verdicts = {r.code: r.verdict for r in eligibility.evaluate(call, facts)}
    assert verdicts == {
        "size_class": "yes",
        "wallonia_seat_or_site": "yes",
        "de_minimis_room": "unknown",
        "one_application": "yes",
    }


def test_a_brussels_enterprise_is_not_walloon(call):
    enterprise = EnterpriseFactory(office__postal_code="1000", office__municipality="Bruxelles")
    assert eligibility.facts_of(enterprise).seat_in_wallonia is False
    foreign = EnterpriseFactory(office__postal_code="5000", office__country="FR")
    assert eligibility.facts_of(foreign).seat_in_wallonia is False


def test_a_second_application_is_seen_and_a_withdrawn_one_is_not(call):
    first = ApplicationFactory(call=call, submitted=True)
    second = ApplicationFactory(call=call, enterprise=first.enterprise, applicant=first.applicant)
    assert eligibility.facts_of(first.enterprise, second).has_applied is True
    type(first).objects.filter(pk=first.pk).update(state="withdrawn")
    assert eligibility.facts_of(first.enterprise, second).has_applied is False


def test_recorded_aid_is_that_of_the_group_over_three_rolling_years(call):
    enterprise = EnterpriseFactory()
    sister = EnterpriseFactory(undertaking=enterprise.undertaking)
    today = timezone.localdate()
    for days, amount in ((10, 1000), (1000, 200), (1200, 30_000)):
        DeMinimisAid.objects.create(
            undertaking=enterprise.undertaking,
            enterprise=sister,
            amount=amount,
            granted_on=today - timedelta(days=days),
            granting_authority="Région",
            enforced=days < 1096,
        )
    assert eligibility.facts_of(enterprise).aid_recorded == Decimal(1200)


@pytest.mark.django_db
@pytest.mark.parametrize("rules", [1, 3])
def test_evaluating_costs_the_same_whatever_the_number_of_rules(rules, django_assert_num_queries):
    call = CallFactory()
    for _ in range(rules):
        CallRuleFactory(call=call, code="de_minimis_room", params={})
    with django_assert_num_queries(3):  # rules, strands, ceiling
        eligibility.evaluate(call, Facts())
