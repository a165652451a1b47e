"""Editing a draft form, freezing it, and moving drafts to a new version."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from calls.domain import forms
from calls.models import DocumentRequest, Form, Question, Section
from tests.calls.factories import ANSWERS, ApplicationFactory, CallFactory, DocumentRequestFactory
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    """Sentences are matched in the language they are written in."""
    with translation.override("en"):
        yield


@pytest.fixture
def form():
    return CallFactory(draft=True).form


@pytest.fixture
def call():
    return CallFactory()


def keys(form):
    return [question.key for question in forms.in_order(form)]


def question(form, key):
    return Question.objects.get(form=form, key=key)


# --- Editing --------------------------------------------------------------------------------------
def test_a_new_question_comes_last_with_a_key_of_its_own(form, officer):
    section = form.sections.get()
    new = Question(section=section, kind="short_text", label_fr="Pitch")

    forms.save(new, by=officer)

    assert keys(form) == ["pitch", "provider", "new", "budget", "honest", "pitch-2"]


def test_a_section_avoids_the_words_of_addresses(form, officer):
    section = forms.save(Section(form=form, title_fr="Review"), by=officer)

    assert section.key == "review-2"


def test_a_section_with_a_word_of_addresses_is_named_before_publication(form):
    Section.objects.filter(form=form).update(key="review", title_fr="Le projet")
    assert [sentence for sentence in forms.form_problems(form) if "Le projet" in sentence]


def test_moving_down_swaps_two_questions(form, officer):
    forms.shift(question(form, "pitch"), 1, by=officer)

    assert keys(form)[:2] == ["provider", "pitch"]


def test_a_question_at_the_edge_goes_to_the_next_section_and_back(form, officer):
    after = forms.save(Section(form=form, title_fr="Suite"), by=officer)
    forms.save(Question(section=after, kind="yes_no", label_fr="Fin"), by=officer)

    forms.shift(question(form, "honest"), 1, by=officer)
    assert question(form, "honest").section == after
    assert keys(form)[-2:] == ["honest", "fin"]

    forms.shift(question(form, "honest"), -1, by=officer)
    assert question(form, "honest").section != after
    assert keys(form)[-2:] == ["honest", "fin"]


def test_moving_the_first_up_changes_nothing(form, officer):
    before = keys(form)

    forms.shift(question(form, "pitch"), -1, by=officer)

    assert keys(form) == before


def test_placing_a_question_in_another_section(form, officer):
    after = forms.save(Section(form=form, title_fr="Suite"), by=officer)
    forms.save(Question(section=after, kind="yes_no", label_fr="Fin"), by=officer)

    forms.place(question(form, "pitch"), section=after, position=1, by=officer)

    assert keys(form) == ["provider", "new", "budget", "honest", "fin", "pitch"]


def test_placing_refuses_a_section_of_another_form(form, officer):
    with pytest.raises(Refused, match="another form"):
        forms.place(
            question(form, "pitch"),
            section=CallFactory(draft=True).form.sections.get(),
            position=0,
            by=officer,
        )


def test_a_condition_keeps_its_question_before_it(form, officer):
    shown = question(form, "budget")
    shown.shown_if = {"question": "new", "in": [True]}
    forms.save(shown, by=officer)

    with pytest.raises(Refused, match="come before"):
        forms.shift(question(form, "new"), 1, by=officer)
    with pytest.raises(Refused, match="Change that condition first"):
        forms.delete(question(form, "new"), by=officer)
    assert keys(form) == ["pitch", "provider", "new", "budget", "honest"]


def test_a_condition_on_an_answer_that_does_not_exist_is_refused(form, officer):
    shown = question(form, "budget")
    shown.shown_if = {"question": "new", "in": ["perhaps"]}

    with pytest.raises(Refused, match="does not offer"):
        forms.save(shown, by=officer)
    assert question(form, "budget").shown_if == {}


def test_duplicating_a_section_takes_its_questions_and_their_conditions(form, officer):
    shown = question(form, "budget")
    shown.shown_if = {"question": "new", "in": [True]}
    forms.save(shown, by=officer)

    copy = forms.duplicate(form.sections.get(), by=officer)

    copied = list(copy.questions.all())
    assert [row.key for row in copied] == ["pitch-2", "provider-2", "new-2", "budget-2", "honest-2"]
    assert copied[3].shown_if == {"question": "new-2", "in": [True]}
    assert copied[0].label_fr == question(form, "pitch").label_fr
    assert forms.form_problems(form) == []


def test_duplicating_a_question_puts_the_copy_after_it(form, officer):
    forms.duplicate(question(form, "provider"), by=officer)

    assert keys(form)[:3] == ["pitch", "provider", "provider-2"]


def test_deleting_renumbers(form, officer):
    forms.delete(question(form, "provider"), by=officer)

    assert keys(form) == ["pitch", "new", "budget", "honest"]
    assert [row.position for row in forms.in_order(form)] == [1, 2, 3, 4]


def test_an_auditor_edits_nothing(form, auditor):
    with pytest.raises(NotAllowed):
        forms.save(Section(form=form, title_fr="Non"), by=auditor)
    with pytest.raises(NotAllowed):
        forms.delete(question(form, "pitch"), by=auditor)
    with pytest.raises(NotAllowed):
        forms.draft(form.call, by=auditor)
    assert len(keys(form)) == 5


@pytest.mark.parametrize(
    "edit",
    [
        lambda form, by: forms.save(Section(form=form, title_fr="Non"), by=by),
        lambda form, by: forms.save(question(form, "pitch"), by=by),
        lambda form, by: forms.delete(question(form, "pitch"), by=by),
        lambda form, by: forms.shift(question(form, "pitch"), 1, by=by),
        lambda form, by: forms.duplicate(question(form, "pitch"), by=by),
        lambda form, by: forms.place(question(form, "pitch"), section=form.sections.get(), position=2, by=by),
    ],
)
def test_a_published_form_refuses_every_edit(call, officer, edit):
    with pytest.raises(Refused, match="frozen"):
        edit(call.form, officer)


def test_a_draft_call_gets_its_form_once(officer):
    call = CallFactory(draft=True, parts=False)

    assert forms.draft(call, by=officer) == forms.draft(call, by=officer)
    assert call.forms.count() == 1


# --- The database's own guard ---------------------------------------------------------------------
RAW = {
    "change a question": "UPDATE calls_question SET label_fr = 'x' WHERE form_id = %(form)s",
    "remove a question": "DELETE FROM calls_question WHERE form_id = %(form)s",
    "change a section": "UPDATE calls_section SET title_fr = 'x' WHERE form_id = %(form)s",
    "remove a document": "DELETE FROM calls_documentrequest WHERE form_id = %(form)s",
    "move a section in": "UPDATE calls_section SET form_id = %(form)s, key = 'z' WHERE form_id = %(other)s",
    "thaw the form": "UPDATE calls_form SET published_at = NULL WHERE id = %(form)s",
    "number it anew": "UPDATE calls_form SET number = 9 WHERE id = %(form)s",
    "add a document": (
        "INSERT INTO calls_documentrequest (id, created_at, updated_at, form_id, key, label, label_fr, help, "
        "required, max_files, position) VALUES "
        "(gen_random_uuid(), now(), now(), %(form)s, 'x', '', '', '', true, 1, 1)"
    ),
}


@pytest.mark.parametrize("sql", RAW.values(), ids=RAW)
def test_postgres_refuses_to_change_a_published_form(sql):
    call = CallFactory(draft=True)
    DocumentRequestFactory(form=call.form)
    other = CallFactory(draft=True)
    Form.objects.filter(pk=call.form.pk).update(published_at="2026-01-01T00:00Z")
    facts = {"form": call.forms.get().pk, "other": other.form.pk}
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            cursor.execute(sql, facts)
        if "INTO" not in sql and "calls_form " not in sql:  # the same on a draft form passes
            cursor.execute(
                sql.replace("%(form)s", "%(draft)s"), facts | {"draft": CallFactory(draft=True).form.pk}
            )


@pytest.mark.django_db(transaction=True)
def test_an_edit_and_a_publication_at_once_never_cross(officer, together):
    """Either the question is in before the form is frozen, or it is refused: never after."""
    call = CallFactory()
    version = forms.new_version(call, by=officer)
    section = version.sections.get()

    def edit():
        return forms.save(Question(section=section, kind="yes_no", label_fr="Tard"), by=officer)

    def publish():
        return forms.publish_version(version, by=officer, note="Une question de plus.")

    edited, published = together(edit, publish)

    assert isinstance(published, Form)
    entry = JournalEntry.objects.get(verb="calls.form.publish_version")
    assert entry.facts["added"] == ([] if isinstance(edited, Refused) else [edited.key])


# --- Versions -------------------------------------------------------------------------------------
def test_a_new_version_is_a_draft_copy(call, officer):
    version = forms.new_version(call, by=officer)

    assert (version.number, version.is_frozen) == (2, False)
    assert keys(version) == keys(call.form)
    assert call.form.number == 1, "applicants keep the published version until the new one is published"
    assert question(version, "budget").settings == question(call.form, "budget").settings
    with pytest.raises(Refused, match="already being prepared"):
        forms.new_version(call, by=officer)


def test_a_draft_call_has_no_versions(officer):
    with pytest.raises(Refused, match="Only a published call"):
        forms.new_version(CallFactory(draft=True), by=officer)


def test_publishing_a_version_moves_the_drafts_and_loses_nothing(call, officer):
    mine, done = ApplicationFactory(call=call), ApplicationFactory(call=call, submitted=True)
    first = call.form
    version = forms.new_version(call, by=officer)
    forms.delete(question(version, "provider"), by=officer)
    renamed = question(version, "pitch")
    renamed.label_fr = "Votre projet en une phrase"
    forms.save(renamed, by=officer)
    section = version.sections.get()
    forms.save(Question(section=section, kind="yes_no", label_fr="Déjà aidé"), by=officer)

    forms.publish_version(version, by=officer, note="Une question sur vos autres aides.")

    mine.refresh_from_db()
    done.refresh_from_db()
    assert (mine.form, done.form) == (version, first)
    assert version.is_frozen
    assert {answer.key: answer.value for answer in mine.answers.all()} == ANSWERS
    [(lost, answer)] = forms.no_longer_asked(mine)
    assert (lost.key, answer.value) == ("provider", ANSWERS["provider"])
    assert forms.no_longer_asked(done) == []
    message = OutboxMessage.objects.get(template="calls/form_changed")
    assert message.recipient == mine.applicant
    assert "Une question sur vos autres aides." in message.body
    assert "Déjà aidé" in message.body
    entry = JournalEntry.objects.get(verb="calls.form.publish_version")
    assert (entry.facts["added"], entry.facts["changed"], entry.facts["removed"]) == (
        ["deja-aide"],
        ["pitch"],
        ["provider"],
    )
    assert entry.facts["drafts_moved"] == 1


def test_publishing_a_version_needs_a_note_and_a_sound_form(call, officer):
    draft = ApplicationFactory(call=call)
    version = forms.new_version(call, by=officer)
    with pytest.raises(Refused, match="Say in a sentence"):
        forms.publish_version(version, by=officer, note=" ")
    forms.save(Question(section=version.sections.get(), kind="single_choice", label_fr="Choix"), by=officer)
    with pytest.raises(Refused, match="at least two options"):
        forms.publish_version(version, by=officer, note="Un choix.")

    draft.refresh_from_db()
    assert draft.form.number == 1
    assert not OutboxMessage.objects.exists()


def test_an_auditor_publishes_no_version(call, officer, auditor):
    version = forms.new_version(call, by=officer)

    with pytest.raises(NotAllowed):
        forms.publish_version(version, by=auditor, note="Non.")
    with pytest.raises(NotAllowed):
        forms.new_version(call, by=auditor)


def test_a_version_is_published_once(call, officer):
    version = forms.new_version(call, by=officer)
    forms.publish_version(version, by=officer, note="Rien.")

    with pytest.raises(Refused, match="frozen"):
        forms.publish_version(version, by=officer, note="Encore.")


def test_an_answered_question_keeps_its_kind(call, officer):
    version = forms.new_version(call, by=officer)
    pitch = question(version, "pitch")
    pitch.kind = "number"

    with pytest.raises(Refused, match="kind cannot change"):
        forms.save(pitch, by=officer)


def test_a_deleted_key_is_never_given_again(call, officer):
    version = forms.new_version(call, by=officer)
    forms.delete(question(version, "pitch"), by=officer)

    new = forms.save(Question(section=version.sections.get(), kind="number", label_fr="Pitch"), by=officer)

    assert new.key == "pitch-2"


def test_documents_and_questions_share_their_keys(form, officer):
    document = forms.save(DocumentRequest(form=form, label_fr="Pitch"), by=officer)

    assert document.key == "pitch-2"
