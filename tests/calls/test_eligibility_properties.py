"""Whatever the facts: a verdict, never an error; unknown refuses nobody; more of a good thing never hurts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import LegalForm, NaceRevision, SizeClass
from calls.eligibility import RULES, Context, Facts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
maybe = st.one_of(st.none(), st.booleans())
money = st.one_of(st.none(), st.decimals(0, 10**7, places=2))
KEYS = ["sme", "applied", "de_minimis", "own-k", "nace-k", "wallonia-both", "wallonia-either"]
codes = st.text("0123456789.", min_size=0, max_size=7)
facts = st.builds(
    Facts,
    seat_in_wallonia=maybe,
    site_in_wallonia=maybe,
    legal_form=st.one_of(st.none(), st.sampled_from(LegalForm.values), st.text(max_size=5)),
    size_class=st.one_of(st.none(), st.sampled_from(SizeClass.values), st.text(max_size=5)),
    activities=st.one_of(
        st.none(), st.lists(st.tuples(st.sampled_from(["2003", *NaceRevision.values]), codes)).map(tuple)
    ),
    founded_on=st.one_of(st.none(), st.dates()),
    age_months=st.one_of(st.none(), st.integers(-10, 2000)),
    aid_recorded=money,
    aid_declared=money,
    has_applied=maybe,
    said=st.dictionaries(st.sampled_from(KEYS), st.booleans()),
    answers=st.dictionaries(st.sampled_from(["aid", "new"]), JSON),
)
contexts = st.builds(
    Context,
    key=st.just("k"),
    today=st.dates(),
    largest_grant=money,
    ceiling=money,
    years=st.integers(1, 5),
    per_strand=st.booleans(),
    question=st.text(max_size=10),
)
PARAMS = {
    "wallonia_seat_or_site": st.sampled_from([{"which": w} for w in ("seat", "site", "both", "either")]),
    "legal_form": st.lists(st.sampled_from(LegalForm.values), min_size=1).map(lambda v: {"allowed": v}),
    "size_class": st.lists(st.sampled_from(SizeClass.values), min_size=1).map(lambda v: {"allowed": v}),
    "nace": st.fixed_dictionaries(
        {"codes": st.dictionaries(st.sampled_from(NaceRevision.values), st.just(["74.1", "59"]), min_size=1)},
        optional={"strict": st.booleans()},
    ),
    "age_of_enterprise": st.builds(
        lambda low, span: {"min_months": low, "max_months": low + span},
        st.integers(0, 100),
        st.integers(0, 500),
    ),
    "de_minimis_room": st.sampled_from([{}, {"answer_key": "aid"}]),
    "one_application": st.just({}),
    "staff_yes_no": st.builds(
        lambda right, blocking: {
            "right": right,
            "remedy": "Do it.",
            "blocking": blocking,
            "answer_key": "new",
        },
        st.sampled_from(["yes", "no"]),
        st.booleans(),
    ),
}
rule_and_params = st.sampled_from(sorted(RULES)).flatmap(lambda code: st.tuples(st.just(code), PARAMS[code]))


def verdict(code, facts, params, context):
    return RULES[code].evaluate(facts, params, context).verdict


@given(rule_and_params, facts, contexts)
def test_total(pair, known, context):
    code, params = pair
    assert RULES[code].validate_params(params) == []
    result = RULES[code].evaluate(known, params, context)
    assert result.verdict in {"yes", "no", "unknown"}
    assert result.sentence
    for question in RULES[code].public_questions(params, context):
        assert question.key
        assert len(question.values) >= 2


@given(st.sampled_from(sorted(RULES)), JSON, facts, contexts)
def test_total_with_any_parameters(code, params, known, context):
    rule = RULES[code]
    problems = rule.validate_params(params)
    assert all(isinstance(problem, str) and problem for problem in problems)
    result = rule.evaluate(known, params, context)
    assert not problems or result.verdict == "unknown"


@given(rule_and_params, contexts)
def test_nothing_known_refuses_nobody(pair, context):
    code, params = pair
    assert verdict(code, Facts(), params, context) != "no"


@given(facts, contexts, st.decimals(0, 10**6, places=2))
def test_more_aid_never_makes_room(known, context, more):
    before = verdict("de_minimis_room", known, {}, context)
    after = verdict(
        "de_minimis_room", replace(known, aid_recorded=(known.aid_recorded or Decimal(0)) + more), {}, context
    )
    assert not (before == "no" and after != "no")


@given(facts, contexts, st.decimals(0, 10**6, places=2))
def test_a_larger_grant_never_makes_room(known, context, more):
    before = verdict("de_minimis_room", known, {}, context)
    larger = replace(context, largest_grant=(context.largest_grant or Decimal(0)) + more)
    assert not (before == "no" and verdict("de_minimis_room", known, {}, larger) != "no")


@given(PARAMS["wallonia_seat_or_site"], facts, contexts)
def test_another_walloon_address_never_hurts(params, known, context):
    before = verdict("wallonia_seat_or_site", known, params, context)
    for better in (replace(known, seat_in_wallonia=True), replace(known, site_in_wallonia=True)):
        if (before, verdict("wallonia_seat_or_site", better, params, context)) == ("yes", "no"):
            # only when a spoken "yes" meets a known address elsewhere
            assert known.said
            assert False in (known.seat_in_wallonia, known.site_in_wallonia)


@given(PARAMS["legal_form"], facts, contexts, st.sampled_from(LegalForm.values))
def test_a_wider_list_of_forms_never_hurts(params, known, context, form):
    wider = {"allowed": [*params["allowed"], form]}
    if verdict("legal_form", known, params, context) == "yes":
        assert verdict("legal_form", known, wider, context) == "yes"


@given(PARAMS["nace"], facts, contexts, st.sampled_from(NaceRevision.values))
def test_another_activity_never_hurts(params, known, context, revision):
    if verdict("nace", known, params, context) == "yes" and known.activities:
        more = replace(known, activities=(*known.activities, (revision, "01110")))
        if any(rev in params["codes"] for rev, _code in known.activities):
            assert verdict("nace", more, params, context) == "yes"


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 200), contexts)
def test_an_older_enterprise_is_old_enough_sooner(founded, low, context):
    params = {"min_months": low}
    if (
        verdict("age_of_enterprise", Facts(founded_on=founded), params, context) == "yes"
        and founded.year > 1900
    ):
        earlier = Facts(founded_on=founded.replace(year=founded.year - 1, day=min(founded.day, 28)))
        assert verdict("age_of_enterprise", earlier, params, context) == "yes"
