"""An open call whose form is written by the test: published forms cannot be changed afterwards."""

from calls.models import Form, Question, ReferenceCounter, Section
from tests.calls.factories import CallFactory, DocumentRequestFactory, FormFactory, StrandFactory


def call_asking(*questions, documents=(), sections=(), strand=(), **fields):
    """A published call: the five usual questions, then ``questions`` (dicts) in section "more"."""
    call = CallFactory(parts=False, **fields)
    StrandFactory(call=call, **dict(strand))
    ReferenceCounter.objects.create(call=call)
    form = FormFactory(call=call)
    if questions:
        more = Section.objects.create(form=form, key="more", title="Encore", position=2)
        for position, given in enumerate(questions, start=1):
            Question.objects.create(
                **{"section": more, "label": given["key"].title(), "position": position} | given
            )
    for document in documents:
        DocumentRequestFactory(form=form, **document)
    Form.objects.filter(pk=form.pk).update(published_at=call.published_at)
    return call
