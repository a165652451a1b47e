"""A call taken out as a file and brought in again: nothing lost, every mistake with its place."""

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from calls.domain import call_file, call_format
from calls.models import Call, PublicAnswer, Question
from tests.actions.factories import ActionFactory
from tests.calls.factories import CallFactory, CallRuleFactory, CriterionFactory, DocumentRequestFactory
from wecd.common.models import JournalEntry
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
SCHEMA = Path(settings.BASE_DIR) / "docs" / "call-file.schema.json"


def full_call(**facts):
    call = CallFactory(
        draft=True,
        title_nl="Cheque",
        description_fr="Pour oser.",
        decision_on="2027-01-01",
        admissibility_days=None,
        **facts,
    )
    CallRuleFactory(call=call, position=1)
    CallRuleFactory(call=call, position=2, code="legal_form", params={"allowed": ["srl", "sa"]})
    CriterionFactory(call=call, label_de="Mehrwert", weight=60, position=1)
    CriterionFactory(call=call, weight=40, position=2)
    form = call.form
    Question.objects.create(
        section=form.sections.get(),
        key="kind",
        kind="single_choice",
        label_fr="Genre",
        options_fr="a | A\nb | B",
        options_en="a | One\nb | Two",
        shown_if={"question": "new", "in": [True]},
        position=6,
    )
    DocumentRequestFactory(form=form, key="devis", help_nl="Getekend")
    PublicAnswer.objects.create(call=call, question_fr="Qui ?", answer_fr="Vous.")
    PublicAnswer.objects.create(call=call, state="new")
    return call


def again(content, by):
    """The file brought in beside the call it came from, which steps aside."""
    Call.objects.filter(slug=content["call"]["slug"]).update(slug="aside", code="ASIDE")
    return call_file.load(content, by=by)


def test_out_and_in_again_is_the_same(officer):
    content = call_file.export(full_call())

    call = again(json.loads(call_file.as_text(content)), officer)

    assert call_file.export(call) == content
    assert (call.state, call.envelope, call.contact_name, call.form.is_frozen) == ("draft", None, "", False)
    assert call.public_answers.get().state == "answered"
    assert JournalEntry.objects.get().verb == "calls.call.import"


def test_people_state_and_applications_stay_behind():
    text = call_file.as_text(call_file.export(CallFactory()))
    for word in ("Wallonie Design", "cheques@wecd.example", "published", "envelope"):
        assert word not in text


TEXT = (
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60)
    .map(str.strip)
    .filter(bool)
)
TEXTS = st.fixed_dictionaries({"fr": TEXT}, optional=dict.fromkeys(("de", "nl", "en"), TEXT))
SUM = st.integers(100, 10**9).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
QUESTIONS = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["short_text", "long_text"]), "label": TEXTS, "required": st.booleans()},
        optional={"max_words": st.integers(1, 5000), "help": TEXTS},
    ),
    st.fixed_dictionaries(
        {"kind": st.just("money"), "label": TEXTS, "required": st.booleans(), "minimum": SUM}
    ),
    st.fixed_dictionaries({"kind": st.just("yes_no"), "label": TEXTS, "required": st.booleans()}),
    st.fixed_dictionaries(
        {
            "kind": st.just("multiple_choice"),
            "label": TEXTS,
            "required": st.booleans(),
            "options": st.just({"fr": "a | A\nb | B", "nl": "a | Een\nb | Twee"}),
            "settings": st.just({"most": 1}),
        }
    ),
)


@st.composite
def calls(draw):
    opens = draw(INSTANTS)
    closes = opens + timedelta(seconds=draw(st.integers(1, 10**8)))
    sections = [
        {
            "key": f"s{n}",
            "title": draw(TEXTS),
            "questions": [
                {"key": f"q{n}-{m}", "is_blind": draw(st.booleans()), "is_public": False} | question
                for m, question in enumerate(draw(st.lists(QUESTIONS, max_size=4)))
            ],
        }
        for n in range(draw(st.integers(0, 3)))
    ]
    strands = [
        {
            "code": f"c{n}",
            "title": draw(TEXTS),
            "floor": "0.00",
            "ceiling": draw(SUM),
            "funding_rate": "75.00",
        }
        for n in range(draw(st.integers(0, 3)))
    ]
    return {
        "action": "an-action",
        "kind": draw(st.sampled_from(["creative_voucher", "boost_up"])),
        "slug": "a-call",
        "code": "AC",
        "allocation": draw(st.sampled_from(["first_come", "by_score"])),
        "uniqueness": "call",
        "awards_per_enterprise": draw(st.integers(0, 32767)),
        "project_months": draw(st.integers(0, 99)),
        "own_share_first": draw(st.booleans()),
        "vat_rate": "21.00",
        "opens_at": opens.isoformat().replace("+00:00", "Z"),
        "closes_at": closes.isoformat().replace("+00:00", "Z"),
        "grace_seconds": draw(st.integers(0, 600)),
        "objection_days": 30,
        "title": draw(TEXTS),
        "summary": draw(TEXTS),
        "strands": strands,
        "rules": [],
        "criteria": [
            {"label": draw(TEXTS), "weight": draw(st.integers(0, 100))}
            for _ in range(draw(st.integers(0, 3)))
        ],
        "questions_and_answers": [],
        "form": {"sections": sections, "documents": []},
    }


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(call=calls())
def test_any_call_survives_out_in_out(officer, call):
    Call.objects.all().delete()
    ActionFactory._meta.model.objects.filter(slug="an-action").exists() or ActionFactory(slug="an-action")
    first = call_file.export(call_file.load({"format": "wecd-call", "version": 1, "call": call}, by=officer))
    Call.objects.all().delete()

    assert call_file.export(call_file.load(first, by=officer)) == first
    assert {name: first["call"].get(name) for name in call} == call
    Draft202012Validator(call_format.schema()).validate(first)


# --- Mistakes -------------------------------------------------------------------------------------
def put(path, value):
    def change(content):
        *way, last = path
        for step in way:
            content = content[step]
        if value is ...:
            del content[last]
        else:
            content[last] = value

    return change


S, Q = ("call", "form", "sections"), ("call", "form", "sections", 0, "questions")
MISTAKES = [
    (put(("format",), "other"), "format"),
    (put(("version",), 2), "version"),
    (put(("call",), []), "call"),
    (put(("extra",), 1), "file.extra"),
    (put(("call", "colour"), "red"), "call.colour"),
    (put(("call", "contact_email"), "a@b.example"), "call.contact_email"),
    (put(("call", "state"), "published"), "call.state"),
    (put(("call", "action"), "nowhere"), "call.action"),
    (put(("call", "slug"), ...), "call.slug"),
    (put(("call", "slug"), "pas un slug"), "call.slug"),
    (put(("call", "kind"), "loan"), "call.kind"),
    (put(("call", "code"), "X" * 13), "call.code"),
    (put(("call", "vat_rate"), 21), "call.vat_rate"),
    (put(("call", "project_months"), "12"), "call.project_months"),
    (put(("call", "own_share_first"), "yes"), "call.own_share_first"),
    (put(("call", "opens_at"), "2026-12-03T12:00:00"), "call.opens_at"),
    (put(("call", "closes_at"), "2001-01-01T00:00:00Z"), "call.closes_at"),
    (put(("call", "decision_on"), "soon"), "call.decision_on"),
    (put(("call", "title"), {"nl": "Cheque"}), "call.title.fr"),
    (put(("call", "title"), "Chèque"), "call.title"),
    (put(("call", "title", "xx"), "?"), "call.title.xx"),
    (put(("call", "title", "fr"), "x" * 141), "call.title.fr"),
    (put(("call", "title", "de"), 7), "call.title.de"),
    (put(("call", "strands"), {}), "call.strands"),
    (put(("call", "strands", 0), "x"), "call.strands[0]"),
    (put(("call", "strands", 0, "floor"), "9000.00"), "call.strands[0].floor"),
    (put(("call", "strands", 0, "funding_rate"), "101.00"), "call.strands[0].funding_rate"),
    (put(("call", "strands", 0, "ceiling"), "lots"), "call.strands[0].ceiling"),
    (put(("call", "rules", 0, "code"), "magic"), "call.rules[0].code"),
    (put(("call", "rules", 1, "params"), {"allowed": []}), "call.rules[1].params"),
    (put(("call", "rules", 1, "params"), []), "call.rules[1].params"),
    (put(("call", "criteria", 1, "weight"), 101), "call.criteria[1].weight"),
    (put(("call", "form"), []), "call.form"),
    (put(("call", "form", "pages"), []), "call.form.pages"),
    (put((*S, 0, "key"), "review"), "call.form.sections[0].key"),
    (put((*Q, 0, "kind"), "song"), "call.form.sections[0].questions[0].kind"),
    (put((*Q, 1, "key"), "pitch"), "call.form.sections[0].questions[1].key"),
    (put((*Q, 1, "settings"), {"depth": 1}), "call.form.sections[0].questions[1]"),
    (put((*Q, 5, "options", "en"), "a | One"), "call.form.sections[0].questions[5]"),
    (put((*Q, 5, "shown_if", "in"), ["maybe"]), "call.form.sections[0].questions[5].shown_if"),
    (
        put((*Q, 0, "shown_if"), {"question": "new", "in": [True]}),
        "call.form.sections[0].questions[0].shown_if",
    ),
    (put(("call", "form", "documents", 0, "max_files"), None), "call.form.documents[0].max_files"),
    (put(("call", "form", "documents", 0, "key"), "pitch"), "call.form.documents[0].key"),
]


@pytest.mark.parametrize(("change", "where"), MISTAKES, ids=[where for _, where in MISTAKES])
def test_each_mistake_is_named_with_its_place_and_nothing_is_written(officer, change, where):
    content = copy.deepcopy(call_file.export(full_call()))
    change(content)
    before = Call.objects.count()

    assert {problem.where for problem in call_file.check(content)} == {where}
    with pytest.raises(Refused, match=where.replace("[", r"\[")):
        call_file.load(content, by=officer)
    assert Call.objects.count() == before


@pytest.mark.parametrize("content", [None, [], "x", 7, {}])
def test_anything_else_is_no_call(content):
    assert [problem.where for problem in call_file.check(content)] == ["format"]


@pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b"x" * 3_000_000, b"[" * 100_000])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(Refused):
        call_file.parse(text)


def test_an_address_in_use_is_refused_whole_and_another_one_given(officer):
    content = call_file.export(full_call())
    with pytest.raises(Refused, match="already has this address"):
        call_file.load(content, by=officer)
    assert Call.objects.count() == 1
    assert call_file.load(content, by=officer, slug="another", code="AN").strands.count() == 1


def test_only_officers_bring_calls_in(auditor, finance):
    content = call_file.export(full_call())
    for person in (auditor, finance):
        with pytest.raises(NotAllowed):
            call_file.load(content, by=person, slug="x", code="X")


def test_the_documented_schema_is_the_one_of_the_code():
    assert json.loads(SCHEMA.read_text()) == call_format.schema()
    Draft202012Validator.check_schema(call_format.schema())


def test_an_exported_call_fits_the_schema_and_a_wrong_one_does_not(officer):
    content = call_file.export(full_call())
    Draft202012Validator(call_format.schema()).validate(content)
    content["call"]["colour"] = "red"
    assert not Draft202012Validator(call_format.schema()).is_valid(content)
