"""Questions without a database: what people type, what is kept, what is shown."""

import json
import string
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from calls import questions
from calls.enums import QuestionKind
from calls.models import Question
from calls.questions import budget, dates, numbers

patient = settings(deadline=None)  # a busy machine is no failure
OPTIONS = "wood | Bois\nwool | Laine, feutre\nother | Autre"


def asked(kind, **fields):
    return Question(kind=kind, key="q", label="Q", **fields)


def every_kind():
    for kind in QuestionKind:
        extra = {"options": OPTIONS, "options_fr": OPTIONS} if "choice" in kind else {}
        if kind == QuestionKind.BUDGET:
            extra["settings"] = {"unit": "day", "max_unit_price": "625.00"}
        yield asked(kind, max_words=50, **extra)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("6 000,50 €", "6000.50"),
        ("6\u202f000,50\u00a0€", "6000.50"),
        ("6.000,50", "6000.50"),
        ("6,000.50", "6000.50"),
        ("6'000", "6000"),
        ("6.000", "6000"),
        ("6,000", "6000"),
        ("1.234.567", "1234567"),
        ("1 234 567,8 EUR", "1234567.8"),
        ("600", "600"),
        ("600,5", "600.5"),
        (",5", "0.5"),
        ("12.", "12"),
        ("-3", "-3"),
        ("− 3", "-3"),
        ("0", "0"),
        (12, "12"),
        (12.5, "12.5"),
    ],
)
def test_parse_reads_numbers_as_people_write_them(typed, number):
    assert numbers.parse(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "0,500", "6,00,0", "1.23.456", "6 00", "1e3", "½", "٣", "1,2345", "--1", True, None, "NaN"],
)
def test_parse_refuses_what_has_two_readings_or_none(typed):
    assert numbers.parse(typed) is None


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        ("2027-01-31", "2027-01-31"),
        ("31/01/2027", "2027-01-31"),
        ("31.1.27", "2027-01-31"),
        ("1er décembre 2026", "2026-12-01"),
        ("mardi 1er décembre 2026", "2026-12-01"),
        ("3 déc. 2026", "2026-12-03"),
        ("3 aout 2026", "2026-08-03"),
        ("3. März 2026", "2026-03-03"),
        ("3 maart 2026", "2026-03-03"),
        ("3 March 2026", "2026-03-03"),
    ],
)
def test_parse_reads_dates_in_four_languages(typed, date):
    assert dates.parse(typed).isoformat() == date


@pytest.mark.parametrize(
    "typed", ["30/02/2027", "tomorrow", "13/13/2026", "1/1/0001", "2026", "3 floréal 2026"]
)
def test_parse_refuses_days_that_do_not_exist(typed):
    assert dates.parse(typed) is None


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("yes_no", "Oui", True),
        ("yes_no", "nee", False),
        ("yes_no", "", None),
        ("declaration", "on", True),
        ("declaration", "no", None),
        ("declaration", [], None),
        ("single_choice", "Laine, feutre", "wool"),
        ("single_choice", "WOOD", "wood"),
        ("multiple_choice", ["other", "wood"], ["wood", "other"]),
        ("multiple_choice", "Laine, feutre", ["wool"]),
        ("multiple_choice", [], None),
        ("email", " mailto:a@b.be ", "a@b.be"),
        ("url", "trakk.be", "https://trakk.be"),
        ("short_text", " two \n lines ", "two lines"),
        ("long_text", "two\r\nlines\x00", "two\nlines"),
        ("money", "6 000,50 €", "6000.50"),
        ("number", "12,50", "12.5"),
        ("date", "1er mars 2027", "2027-03-01"),
    ],
)
def test_clean_accepts_what_people_type(kind, typed, kept):
    extra = {"options": OPTIONS, "options_fr": OPTIONS} if "choice" in kind else {}
    if kind == "declaration" and typed == []:
        typed = ""
    assert questions.clean(asked(kind, **extra), typed) == kept


@pytest.mark.parametrize(
    ("question", "typed", "says"),
    [
        (asked("long_text", max_words=3), "un deux trois quatre", "4 words; the limit is 3. Take out 1 word"),
        (asked("money"), "-5", "cannot be negative"),
        (asked("money", minimum=Decimal(1000)), "999", "Write €1,000 or more"),
        (asked("number", settings={"integer": True}), "1.5", "whole number"),
        (asked("number"), "1e999", "Write a number in figures"),
        (asked("date", settings={"earliest": "2027-01-01"}), "31/12/2026", "Choose 1 January 2027 or later"),
        (asked("email"), "someone", "name@example.be"),
        (asked("url"), "javascript:alert(1)", "Copy it from your browser"),
        (asked("single_choice", options=OPTIONS), "steel", "Choose one of the answers offered"),
        (asked("short_text"), "x" * 301, "301 characters"),
    ],
)
def test_clean_says_what_to_write_instead(question, typed, says):
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        questions.clean(question, typed)
    assert says in refused.value.messages[0]


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["lines", "label", "quantity", "unit_price", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@patient
@given(raw=JSONISH)
def test_clean_never_raises_anything_but_validation_error(raw):
    for question in every_kind():
        value, error = questions.keep(question, raw)
        stored = json.loads(json.dumps(value))  # JSON, so the database takes it
        assert "\\u0000" not in json.dumps(stored)
        assert error is None or error.messages
        assert isinstance(questions.display(question, stored), str)
        questions.to_input(question, stored)
        if error is None:
            assert questions.clean(question, stored) == stored  # a good value stays what it is


@patient
@given(cents=st.integers(min_value=0, max_value=10**11), lang=st.sampled_from(["fr", "en", "de", "nl"]))
def test_amounts_come_back_from_their_words(cents, lang):
    value = str((Decimal(cents) / 100).quantize(Decimal("0.01")))
    with translation.override(lang):
        assert questions.clean(asked("money"), questions.display(asked("money"), value)) == value
        assert questions.clean(asked("money"), questions.to_input(asked("money"), value)) == value


@patient
@given(day=st.dates(min_value=dates.dt.date(1900, 1, 1), max_value=dates.dt.date(2100, 1, 1)))
def test_dates_come_back_from_their_words(day):
    for lang in ("fr", "en", "de", "nl"):
        with translation.override(lang):
            words = questions.display(asked("date"), day.isoformat())
            assert questions.clean(asked("date"), words) == day.isoformat(), words


@patient
@given(text=st.text(alphabet=string.printable + "éà’ \u00a0", max_size=200))
def test_texts_come_back_as_they_were_kept(text):
    question = asked("long_text")
    value, error = questions.keep(question, text)
    assert error is None
    assert value is None or questions.clean(question, questions.display(question, value)) == value


LINES = st.lists(
    st.fixed_dictionaries(
        {
            "label": st.just("Work"),
            "quantity": st.decimals(min_value="0.01", max_value=999, places=2).map(str),
            "unit_price": st.decimals(min_value="0.01", max_value=99999, places=2).map(str),
        }
    ),
    min_size=1,
    max_size=20,
)


@patient
@given(lines=LINES)
def test_totals_are_exact(lines):
    value = questions.clean(asked("budget"), {"lines": lines})
    expected = sum(
        (
            (Decimal(r["quantity"]) * Decimal(r["unit_price"])).quantize(Decimal("0.01"), "ROUND_HALF_UP")
            for r in lines
        ),
        Decimal(0),
    )
    found = questions.budget_totals(value)
    assert found["cost"] == expected == sum(found["lines"])
    assert found["quantity"] == sum(Decimal(r["quantity"]) for r in lines)


def test_a_price_above_the_ceiling_names_its_line_and_what_the_remedy_costs():
    question = asked("budget", settings={"unit": "day", "max_unit_price": "625.00"})
    table = {
        "lines": [
            {"label": "Matière", "quantity": "4", "unit_price": "600"},
            {"label": "Prototype", "quantity": "5", "unit_price": "680"},
            {"label": "Essais", "quantity": "3", "unit_price": "600"},
            {"label": "Dossier", "quantity": "1", "unit_price": "400"},
        ]
    }
    with translation.override("fr"):
        (error,) = budget.line_errors(question, table)
    assert (error.line, error.column, error.cost_then) == (1, "unit_price", Decimal("7725.00"))
    assert "680" in error.short
    assert "625" in error.short
    assert questions.budget_totals(table)["cost"] == Decimal(8000)
    with pytest.raises(ValidationError):
        questions.clean(question, table)


def test_what_does_not_pass_is_kept_as_typed_and_is_no_answer():
    question = asked("money")
    value, error = questions.keep(question, "about 6000")
    assert error is not None
    assert value == {"typed": "about 6000"}
    assert questions.display(question, value) == questions.to_input(question, value) == "about 6000"
    assert not questions.is_answered(question, value)
    assert questions.errors_of(question, value)


def test_a_question_shows_while_another_has_one_of_the_answers():
    parent = asked("yes_no")
    parent.key = "partner"
    child = asked("short_text", shown_if={"question": "partner", "in": ["yes"]})
    child.key = "who"
    grandchild = asked("short_text", shown_if={"question": "who", "in": ["x"]})
    grandchild.key = "why"
    form = [grandchild, child, parent]
    keys = lambda answers: [q.key for q in questions.shown(form, answers)]  # noqa: E731
    assert keys({}) == ["partner"]
    assert keys({"partner": False, "who": "x"}) == ["partner"]  # the middle one is hidden, so is the last
    assert keys({"partner": True, "who": "x"}) == ["why", "who", "partner"]
    assert questions.is_shown(child, {"partner": True})
    assert not questions.is_shown(child, {"partner": {"typed": "yes"}})


def test_conditions_that_turn_in_a_circle_hide_rather_than_hang():
    one, two = (asked("yes_no", shown_if={"question": key, "in": [True]}) for key in ("b", "a"))
    one.key, two.key = "a", "b"
    assert questions.shown([one, two], {"a": True, "b": True}) == []


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (asked("single_choice", options="one"), "at least two options"),
        (asked("single_choice", options="a | A\na | B"), "same value"),
        (asked("number", minimum=Decimal(5), maximum=Decimal(4)), "larger than the largest"),
        (asked("budget", settings={"unit": "week"}), "day, hour, piece"),
        (asked("budget", settings={"max_unit_price": "cheap"}), "such as 625.00"),
        (asked("date", settings={"earliest": "soon"}), "not a date"),
        (asked("file", settings={"max_files": 0}), "1 to 50"),
        (asked("file", settings={"types": ["exe"]}), "is a list of"),
        (asked("file", settings={"types": "pdf"}), "is a list of"),
        (asked("yes_no", settings={"colour": "red"}), "no setting “colour”"),
        (asked("yes_no", shown_if={"question": "q", "in": [True]}), "depend on itself"),
        (asked("yes_no", shown_if={"question": "x"}), "names another question"),
    ],
)
def test_problems_tells_the_writer_of_the_form(question, says):
    with translation.override("en"):
        assert any(says in sentence for sentence in questions.problems(question))


def test_every_kind_is_registered_and_a_plain_question_has_no_problem():
    assert set(questions.KINDS) == set(QuestionKind)
    for question in every_kind():
        assert questions.problems(question) == [], question.kind


def test_options_fall_back_to_french_words():
    question = asked("single_choice", options_fr="wood | Bois\nwool | Laine", options_en="wood | Wood")
    with translation.override("en"):
        assert questions.options(question) == [("wood", "Wood"), ("wool", "Laine")]
