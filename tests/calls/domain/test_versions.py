"""Versions: what changed between two texts, and between two contents."""

import json

import pytest

from calls.domain import submissions, versions
from calls.models import Submission
from tests.calls.factories import BUDGET, ApplicationFactory

DEL, INS, SAME = "del", "ins", "same"


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("a b c d", "a b c d", [(SAME, "a b c d")]),
        ("a b c d", "a b c e", [(SAME, "a b c "), (DEL, "d"), (INS, "e")]),
        ("x a b c", "a b c", [(DEL, "x "), (SAME, "a b c")]),
        ("", "new", [(INS, "new")]),
        ("old", "", [(DEL, "old")]),
        ("a one b two", "a three b four", [(DEL, "a one b two"), (INS, "a three b four")]),
        ("a b c\n\nd", "a b c d", [(SAME, "a b c d")]),
    ],
)
def test_word_by_word(old, new, parts):
    assert versions.word_by_word(old, new) == parts


def test_endless_texts_are_not_compared_word_by_word():
    assert versions.word_by_word("a " * 2000, "b " * 2000) == []


@pytest.fixture
def application(db):
    return ApplicationFactory(submitted=True)


def submit(application, number):
    content = submissions.canonical_content(type(application).objects.get(pk=application.pk)).decode()
    return Submission.objects.create(
        application=application,
        number=number,
        received_at=application.submitted_at,
        content=content,
        sha256="1" * 64,
        by=application.applicant,
    )


def answer(application, key, value):
    application.answers.update_or_create(
        key=key, defaults={"value": value, "updated_by": application.applicant}
    )


def test_kinds_of_change(application):
    answer(application, "provider", None)
    first = submit(application, 2)
    answer(application, "provider", "Studio Ombelle")
    answer(application, "pitch", None)
    answer(application, "budget", {"lines": BUDGET["lines"][:1]})
    second = submit(application, 3)

    read = versions.reading(application, [first, second])

    assert {key: change.kind for key, change in read.changes.items()} == {
        "provider": "added",
        "pitch": "removed",
        "budget": "changed",
    }
    assert len(read.changes["budget"].old_table["lines"]) == 3
    assert read.changes["pitch"].old_words == "A blanket that can be repaired."
    assert [what for what, _old, _new in read.facts] == ["Eligible cost, excl. VAT", "Requested"]


def test_the_same_twice_has_no_change(application):
    read = versions.reading(application, [submit(application, 2), submit(application, 3)])
    assert (read.changes, read.facts) == ({}, [])


def test_of_the_first_version_nothing_changed(application):
    first, second = submit(application, 2), submit(application, 3)
    read = versions.reading(application, [second, first], 2)
    assert (read.submission, read.before, read.changes) == (first, None, {})


def test_a_file_that_was_removed_keeps_its_name(application):
    content = json.loads(submissions.canonical_content(application))
    file = {"name": "old.pdf", "size": 5, "type": "application/pdf", "sha256": "3" * 64}
    content["documents"] = [{"key": "quote", "document": "Quote", "files": [file]}]
    [gone] = versions.as_submitted(application, content).files["quote"]
    assert (gone.pk, gone.name) == (None, "old.pdf")
    later = content | {"documents": [{"key": "quote", "document": "Quote", "files": []}]}
    change = versions.changes(versions.as_submitted(application, later), content, later)["quote"]
    assert (change.kind, change.old_files) == ("removed", ["old.pdf"])
