"""The form builder: every edit by plain forms, refused when the form is frozen or the person may not."""

import pytest
from django.urls import reverse
from django.utils import translation

from calls.domain import forms
from calls.models import DocumentRequest, Question, Section
from tests.calls.factories import CallFactory

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
def as_officer(client, officer):
    client.force_login(officer)
    return client


def at(name, form, *args):
    return reverse(f"admin:calls_form_{name}", args=[form.pk, *args])


def add(client, form, kind, **data):
    section = form.sections.first()
    address = f"{at('add', form, 'question')}?section={section.pk}&kind={kind}"
    return client.post(address, {"label_fr": "Question", "required": "on"} | data)


def newest(form):
    return Question.objects.filter(form=form).order_by("-created_at").first()


def test_the_builder_opens_empty_full_and_frozen(as_officer, officer):
    empty = forms.draft(CallFactory(draft=True, parts=False), by=officer)

    for form in (empty, CallFactory(draft=True).form, CallFactory().form):
        assert as_officer.get(at("builder", form)).status_code == 200
        assert as_officer.get(at("preview", form)).status_code == 200


def test_the_builder_costs_the_same_for_one_and_three_sections(
    as_officer, form, officer, django_assert_max_num_queries
):
    for _ in range(2):
        forms.duplicate(form.sections.first(), by=officer)
    with django_assert_max_num_queries(22):
        as_officer.get(at("builder", form))


def test_only_the_builder_may_frame_the_preview(as_officer, form):
    builder, preview = as_officer.get(at("builder", form)), as_officer.get(at("preview", form))

    assert "frame-src 'self'" in builder["Content-Security-Policy"]
    assert builder["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]
    assert preview["X-Frame-Options"] == "SAMEORIGIN"


def test_a_section_is_added_changed_duplicated_moved_and_deleted(as_officer, form):
    as_officer.post(at("add", form, "section"), {"title_fr": "Votre équipe", "title_nl": "Uw team"})
    section = form.sections.get(title_fr="Votre équipe")
    assert (section.key, section.title_nl) == ("votre-equipe", "Uw team")

    as_officer.post(at("part", form, "section", section.pk), {"title_fr": "Équipe"})
    section.refresh_from_db()
    assert section.title_fr == "Équipe"

    as_officer.post(at("act", form, "section", section.pk, "up"))
    assert form.sections.first() == section

    as_officer.post(at("act", form, "section", section.pk, "duplicate"))
    as_officer.post(at("act", form, "section", section.pk, "delete"), {"sure": "1"})
    assert form.sections.filter(title_fr="Équipe").count() == 1


def test_a_section_needs_a_french_title(as_officer, form):
    response = as_officer.post(at("add", form, "section"), {"title_nl": "Alleen Nederlands"})

    assert response.status_code == 422
    assert list(response.context["editor"].errors) == ["title_fr"]
    assert form.sections.count() == 1


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        ("short_text", {"max_words": "20"}, {"max_words": 20}),
        ("long_text", {"max_words": "200"}, {"max_words": 200}),
        (
            "number",
            {"minimum": "1", "maximum": "9", "integer": "on", "number_unit": "kg"},
            {"minimum": 1, "maximum": 9, "settings": {"integer": True, "unit": "kg"}},
        ),
        ("money", {"minimum": "100"}, {"minimum": 100}),
        ("date", {"earliest": "2027-01-01"}, {"settings": {"earliest": "2027-01-01"}}),
        ("yes_no", {}, {"settings": {}}),
        ("declaration", {"is_public": "on"}, {"is_public": True}),
        ("email", {}, {}),
        ("url", {"is_blind": "on"}, {"is_blind": True}),
        ("file", {"max_files": "5"}, {"settings": {"max_files": 5}}),
        ("file", {"types": ["pdf", "image"]}, {"settings": {"types": ["pdf", "image"]}}),
        (
            "budget",
            {"budget_unit": "hour", "max_unit_price": "80"},
            {"settings": {"unit": "hour", "max_unit_price": "80"}},
        ),
        (
            "single_choice",
            {"options_fr": "Bois massif\nb | Béton", "options_nl": "Massief hout\nBeton"},
            {
                "options_fr": "bois-massif | Bois massif\nb | Béton",
                "options_nl": "bois-massif | Massief hout\nb | Beton",
            },
        ),
        ("multiple_choice", {"options_fr": "A\nB\nC", "most": "2"}, {"settings": {"most": 2}}),
    ],
)
def test_each_kind_keeps_its_own_settings(as_officer, form, kind, sent, kept):
    response = add(as_officer, form, kind, **sent)

    assert response.status_code == 302, response.context["editor"].errors
    question = newest(form)
    assert question.kind == kind
    assert {name: getattr(question, name) for name in kept} == kept
    assert forms.form_problems(form) == []
    page = as_officer.get(at("part", form, "question", question.pk))
    assert page.status_code == 200
    again = {
        bound.html_name: bound.value()
        for bound in page.context["editor"]
        if bound.value() not in (None, False, "", [])
    }
    as_officer.post(at("part", form, "question", question.pk), again)
    question.refresh_from_db()
    assert {name: getattr(question, name) for name in kept} == kept, "saving unchanged changes nothing"


@pytest.mark.parametrize(
    ("kind", "sent", "field"),
    [
        ("short_text", {"label_fr": ""}, "label_fr"),
        ("number", {"minimum": "9", "maximum": "1"}, "maximum"),
        ("date", {"earliest": "2027-02-01", "latest": "2027-01-01"}, "latest"),
        ("single_choice", {"options_fr": "Seule"}, "options_fr"),
        ("single_choice", {"options_fr": "a | A\na | B"}, "options_fr"),
        ("single_choice", {"options_fr": "a | A\nb | B", "options_de": "A"}, "options_de"),
        ("single_choice", {"options_fr": "a | A\nb | B", "options_de": "a | A\nc | C"}, "options_de"),
        ("budget", {"max_unit_price": "-1"}, "max_unit_price"),
        ("file", {"max_files": "99"}, "max_files"),
        ("file", {"types": ["exe"]}, "types"),
        ("yes_no", {"shown_question": "new"}, "shown_values"),
    ],
)
def test_mistakes_are_said_beside_the_field(as_officer, form, kind, sent, field):
    response = add(as_officer, form, kind, **sent)

    assert response.status_code == 422
    assert list(response.context["editor"].errors) == [field]
    assert form.questions.count() == 5


def test_a_condition_names_an_earlier_question_and_its_answers(as_officer, form):
    add(as_officer, form, "short_text", shown_question="new", shown_values=["new=true"])

    assert newest(form).shown_if == {"question": "new", "in": [True]}


def test_answers_of_another_question_are_refused_as_a_condition(as_officer, form):
    response = add(as_officer, form, "short_text", shown_question="new", shown_values=["honest=true"])

    assert list(response.context["editor"].errors) == ["shown_values"]


def test_the_first_question_has_nothing_to_depend_on(as_officer, form):
    pitch = form.questions.get(key="pitch")

    page = as_officer.get(at("part", form, "question", pitch.pk))

    assert "shown_question" not in page.context["editor"].fields


def test_questions_move_are_placed_duplicated_and_deleted(as_officer, form):
    pitch = form.questions.get(key="pitch")

    as_officer.post(at("act", form, "question", pitch.pk, "down"))
    assert [q.key for q in forms.in_order(form)][:2] == ["provider", "pitch"]
    as_officer.post(
        at("act", form, "question", pitch.pk, "place"), {"section": pitch.section.pk, "position": "0"}
    )
    assert [q.key for q in forms.in_order(form)][:2] == ["pitch", "provider"]
    as_officer.post(at("act", form, "question", pitch.pk, "duplicate"))
    assert [q.key for q in forms.in_order(form)][:2] == ["pitch", "pitch-2"]
    as_officer.post(at("act", form, "question", pitch.pk, "delete"), {"sure": "1"})
    assert [q.key for q in forms.in_order(form)][:2] == ["pitch-2", "provider"]


def test_a_document_is_asked_for(as_officer, form):
    as_officer.post(
        at("add", form, "document"), {"label_fr": "Devis signé", "required": "on", "max_files": "2"}
    )

    document = DocumentRequest.objects.get(form=form)
    assert (document.key, document.max_files, document.required) == ("devis-signe", 2, True)


def test_edits_are_posts(as_officer, form):
    pitch = form.questions.get(key="pitch")

    assert as_officer.get(at("act", form, "question", pitch.pk, "delete")).status_code == 405
    assert form.questions.count() == 5


def test_a_part_of_another_form_is_not_found(as_officer, form):
    other = CallFactory(draft=True).form.questions.first()

    assert as_officer.get(at("part", form, "question", other.pk)).status_code == 404
    assert as_officer.post(at("act", form, "question", other.pk, "delete")).status_code == 404
    assert as_officer.get(at("add", form, "question") + "?kind=nothing").status_code == 404


def test_a_frozen_form_is_read_only(as_officer):
    form = CallFactory().form
    pitch = form.questions.get(key="pitch")

    page = as_officer.get(at("builder", form)).content.decode()
    assert "add-question" not in page
    assert as_officer.post(at("part", form, "question", pitch.pk), {"label_fr": "Non"}).status_code == 302
    as_officer.post(at("act", form, "question", pitch.pk, "delete"), {"sure": "1"})
    as_officer.post(at("add", form, "section"), {"title_fr": "Non"})
    pitch.refresh_from_db()
    assert pitch.label_fr != "Non"
    assert Section.objects.filter(form=form).count() == 1


def test_an_auditor_looks_and_changes_nothing(client, auditor, form):
    client.force_login(auditor)
    pitch = form.questions.get(key="pitch")

    page = client.get(at("builder", form))
    assert page.status_code == 200
    assert page.context["may_edit"] is False
    assert client.get(at("part", form, "question", pitch.pk)).status_code == 403
    assert client.post(at("part", form, "question", pitch.pk), {"label_fr": "Non"}).status_code == 403
    assert client.post(at("add", form, "section"), {"title_fr": "Non"}).status_code == 403
    assert client.post(at("act", form, "question", pitch.pk, "delete")).status_code == 403
    assert client.post(at("act", form, "question", pitch.pk, "delete"), {"sure": "1"}).status_code == 403
    assert form.questions.count() == 5


def test_nobody_else_enters(client, entrepreneur, form):
    client.force_login(entrepreneur)

    assert client.get(at("builder", form)).status_code == 403
    assert client.post(at("act", form, "section", form.sections.get().pk, "delete")).status_code == 403
    assert form.sections.count() == 1
