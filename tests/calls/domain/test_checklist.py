"""The publish checklist: done, missing, and what deserves a thought."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from calls.domain import checklist
from tests.calls.factories import CallFactory, CallRuleFactory
from wecd.common.formatting import ZONE

pytestmark = pytest.mark.django_db


def ready(**facts):
    now = timezone.now()
    dates = {"opens_at": now + timedelta(hours=1), "closes_at": at(2099, 1, 15, 12)}
    call = CallFactory(draft=True, **{"description_fr": "Pour oser."} | dates | facts)
    CallRuleFactory(call=call)
    return call


def at(*moment):
    return datetime(*moment, tzinfo=ZONE)


def said(call, state):
    return [(row.tab, row.sentence) for row in checklist.of(call) if row.state == state]


def test_a_ready_call_has_every_condition_done():
    call = ready()
    assert not said(call, checklist.MISSING)
    assert [tab for tab, _ in said(call, checklist.DONE)] == list(checklist.TABS)


def test_what_is_missing_stands_in_its_tab_and_the_rest_is_done():
    call = ready(envelope=None, title_fr="")
    assert [tab for tab, _ in said(call, checklist.MISSING)] == ["texts", "money"]
    assert "strands" in [tab for tab, _ in said(call, checklist.DONE)]


@pytest.mark.parametrize(
    ("closes_at", "words"),
    [
        (at(2099, 1, 15, 12), None),
        (at(2099, 1, 15, 18), None),
        (at(2099, 1, 15, 23, 59), "nobody answers the phone"),
        (at(2099, 1, 17, 12), "at the weekend"),
        (at(2099, 5, 1, 12), "a public holiday"),
        (timezone.now() + timedelta(days=5), "open for"),
    ],
)
def test_closings_nobody_would_choose_are_named(closes_at, words):
    warnings = [
        sentence for tab, sentence in said(ready(closes_at=closes_at), checklist.WARNING) if tab == "dates"
    ]
    assert any(words in sentence for sentence in warnings) if words else warnings == []


def test_each_language_says_how_many_texts_show_in_french():
    call = ready(title_nl="Cheque", summary_nl="In één zin.", description_nl="Durf.")
    warnings = said(call, checklist.WARNING)
    texts = [sentence for tab, sentence in warnings if tab == "texts"]
    assert [sentence.split(",")[0] for sentence in texts] == ["German", "English"]
    assert "3 texts" in texts[0]
    assert [sentence.split(",")[0] for tab, sentence in warnings if tab == "form"] == [
        "German",
        "Dutch",
        "English",
    ]


def test_no_rule_is_worth_a_thought():
    call = ready()
    call.rules.all().delete()
    assert ("rules", "There is no eligibility rule: any enterprise may apply.") in said(
        call, checklist.WARNING
    )
