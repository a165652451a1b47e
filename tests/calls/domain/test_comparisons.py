"""Two versions of a form: added, removed, changed field by field, moved."""

import pytest

from calls.domain import comparisons, forms
from calls.models import Question, Section
from tests.calls.factories import ApplicationFactory, CallFactory, DocumentRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions(officer):
    call = CallFactory()
    return call.form, forms.new_version(call, by=officer)


def keys(parts):
    return [part.row.key for part in parts]


def test_a_copy_differs_in_nothing(versions):
    found = comparisons.compare(*versions)
    assert not found
    assert found.drafts == 0


def test_each_kind_of_difference(versions, officer):
    old, new = versions
    ApplicationFactory(call=old.call)
    ApplicationFactory(call=old.call, submitted=True)
    pitch, provider = new.questions.get(key="pitch"), new.questions.get(key="provider")
    pitch.label_nl, pitch.max_words, pitch.required = "Uw project", 80, False
    forms.save(pitch, by=officer)
    forms.delete(provider, by=officer)
    forms.save(Question(section=pitch.section, form=new, kind="url", label_fr="Site"), by=officer)
    DocumentRequestFactory(form=new, key="devis")
    more = forms.save(Section(form=new, title_fr="Suite"), by=officer)
    forms.place(new.questions.get(key="honest"), section=more, position=0, by=officer)

    found = comparisons.compare(old, new)

    assert keys(found.added) == ["site", "suite", "devis"]
    assert keys(found.removed) == ["provider"]
    assert keys(found.changed) == ["pitch"]
    assert [(line.label, line.before, line.now) for line in found.changed[0].fields] == [
        ("Question (Dutch)", "", "Uw project"),
        ("Required", "Yes", "No"),
        ("Most words", "50", "80"),
    ]
    assert keys(found.moved) == ["honest"]
    assert "“Le projet” to “Suite”" in found.moved[0].moved
    assert found.drafts == 1


def test_the_fewest_moves_explain_a_new_order(versions, officer):
    old, new = versions
    honest = new.questions.get(key="honest")
    forms.place(honest, section=honest.section, position=0, by=officer)

    assert keys(comparisons.compare(old, new).moved) == ["honest"]


def test_sections_and_documents_move_too(versions, officer):
    old, new = versions
    for form in (new,):
        first = forms.save(Section(form=form, title_fr="Avant"), by=officer)
        forms.shift(first, -1, by=officer)

    found = comparisons.compare(old, new)

    assert keys(found.added) == ["avant"]
    assert not found.moved


def test_the_page_costs_the_same_for_small_and_large_forms(
    client, officer, versions, django_assert_num_queries
):
    from django.urls import reverse

    _, new = versions
    client.force_login(officer)
    address = reverse("admin:calls_form_compare", args=[new.pk])
    client.get(address)
    with django_assert_num_queries(COST):
        client.get(address)
    for _ in range(2):
        forms.duplicate(new.sections.first(), by=officer)
    with django_assert_num_queries(COST):
        page = client.get(address)
    assert "Pitch" in page.content.decode()
    assert client.get(f"{address}?with=1").status_code == 200
    assert client.get(f"{address}?with=9").status_code == 200


COST = 16
