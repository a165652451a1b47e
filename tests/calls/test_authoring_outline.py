"""The outline of the form builder: order, places, pasted options, deletion asked for first."""

import pytest
from django.urls import reverse

from calls.builder_forms import read_options
from calls.domain import forms
from calls.models import Section
from tests.calls.factories import CallFactory, DocumentRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def form():
    return CallFactory(draft=True).form


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


def at(name, form, *args):
    return reverse(f"admin:calls_form_{name}", args=[form.pk, *args])


def keys(form):
    return [question.key for question in forms.in_order(form)]


def act(client, form, kind, row, verb, script=True, **data):
    headers = {"X-Fragment": "1"} if script else {}
    return client.post(at("act", form, kind, row.pk, verb), data, headers=headers)


# --- Moves a script asks for ----------------------------------------------------------------------
def test_a_script_gets_the_outline_with_the_new_place_in_words(as_officer, form):
    pitch = form.questions.get(key="pitch")

    page = act(as_officer, form, "question", pitch, "down").content.decode()

    assert "<html" not in page
    assert "“Pitch” is now 2 of 5 in “Le projet”." in page
    assert f'data-focus="part-{pitch.pk}"' in page
    assert keys(form)[:2] == ["provider", "pitch"]


def test_a_script_hears_a_refusal_too(as_officer, form, officer):
    honest = form.questions.get(key="honest")
    honest.shown_if = {"question": "new", "in": [True]}
    forms.save(honest, by=officer)

    page = act(as_officer, form, "question", honest, "place", section=honest.section_id, position=0)

    assert page.status_code == 200
    assert "does not come before it" in page.context["refused"]
    assert keys(form)[-1] == "honest"


def test_sections_are_placed_and_questions_go_to_another_section(as_officer, form, officer):
    first = form.sections.get()
    more = forms.save(Section(form=form, title_fr="Suite"), by=officer)
    pitch = form.questions.get(key="pitch")

    act(as_officer, form, "section", more, "place", position=0)
    assert [section.pk for section in form.sections.all()] == [more.pk, first.pk]
    act(as_officer, form, "question", pitch, "place", section=more.pk)
    assert keys(form)[0] == "pitch"
    act(as_officer, form, "question", form.questions.get(key="provider"), "place", section=more.pk)
    assert keys(form)[:2] == ["pitch", "provider"], "without a place, at the end"


def test_documents_are_placed(officer, form):
    one, two = (DocumentRequestFactory(form=form, position=number) for number in (1, 2))
    forms.place(two, position=0, by=officer)
    assert list(form.documents.all()) == [two, one]


@pytest.mark.parametrize("data", [{}, {"section": "nothing"}, {"section": None, "position": "-1"}])
def test_a_place_that_is_none_is_not_found(as_officer, form, data):
    pitch = form.questions.get(key="pitch")
    data = {name: form.sections.get().pk if value is None else value for name, value in data.items()}
    if data.get("section") == "nothing":
        data["section"] = pitch.pk  # a row, but no section
    assert act(as_officer, form, "question", pitch, "place", **data).status_code == 404


# --- Insert at ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("after", "place"), [("pitch", 1), ("nothing", 0), ("", 5), ("not-there", 5)], ids=str
)
def test_a_new_question_goes_where_it_was_asked_for(as_officer, form, after, place):
    section = form.sections.get()
    after = str(form.questions.get(key=after).pk) if after == "pitch" else after
    address = f"{at('add', form, 'question')}?section={section.pk}&kind=url&after={after}"

    assert as_officer.get(address).status_code == 200
    as_officer.post(address, {"label_fr": "Site"})

    assert keys(form).index("site") == place


# --- Deleting -------------------------------------------------------------------------------------
def test_without_scripts_a_page_asks_before_deleting(as_officer, form):
    section = form.sections.get()

    page = act(as_officer, form, "section", section, "delete", script=False)

    assert page.status_code == 200
    assert "Its 5 questions go with it" in page.content.decode()
    assert form.questions.count() == 5
    act(as_officer, form, "section", section, "delete", script=False, sure=1)
    assert not form.sections.exists()


# --- Pasted options -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("Bois\nBéton armé", [("bois", "Bois"), ("beton-arme", "Béton armé")]),
        ("b | Bois\n| Béton", [("b", "Bois"), ("beton", "Béton")]),
        ("b\tBois\nc\tBéton", [("b", "Bois"), ("c", "Béton")]),
        ("• Bois\n- Pierre\n1. Acier\n2) Or", [(w.lower(), w) for w in ("Bois", "Pierre", "Acier", "Or")]),
        ("C+\nC++\nC", [("c", "C+"), ("c-2", "C++"), ("c-3", "C")]),
        ("\n  \nBois\r\n\r\n", [("bois", "Bois")]),
        ("日本\n中国", [("日本", "日本"), ("中国", "中国")]),
        ("10 % | Dix", [("10 %", "Dix")]),
    ],
)
def test_options_are_read_as_they_are_pasted(pasted, read):
    assert read_options(pasted) == read


def test_the_same_words_twice_are_a_mistake(as_officer, form):
    address = f"{at('add', form, 'question')}?section={form.sections.get().pk}&kind=single_choice"
    page = as_officer.post(address, {"label_fr": "Q", "options_fr": "Bois\nBois"})
    assert list(page.context["editor"].errors) == ["options_fr"]


def test_a_hundred_options_pasted_at_once_with_their_translation(as_officer, form):
    address = f"{at('add', form, 'question')}?section={form.sections.get().pk}&kind=single_choice"
    french = "\n".join(f"• Commune {number}" for number in range(100))
    dutch = "\n".join(f"{number}. Gemeente {number}" for number in range(100))
    as_officer.post(address, {"label_fr": "Où ?", "options_fr": french, "options_nl": dutch})

    question = form.questions.get(label_fr="Où ?")
    assert question.options_fr.splitlines()[99] == "commune-99 | Commune 99"
    assert question.options_nl.splitlines()[7] == "commune-7 | Gemeente 7"
