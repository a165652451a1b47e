"""Dull calls and applications. A ``CallFactory`` call is published and open."""

from datetime import timedelta

import factory
from django.utils import timezone

from calls.models import (
    Answer,
    Application,
    Call,
    CallRule,
    Criterion,
    DocumentRequest,
    Form,
    Question,
    ReferenceCounter,
    Section,
    Strand,
    Submission,
)
from grants.models import Award
from tests.accounts.factories import EnterpriseFactory, UserFactory
from tests.actions.factories import ActionFactory
from tests.grants.factories import EnvelopeFactory

BUDGET = {
    "lines": [
        {"label": "Research", "quantity": "4", "unit_price": "600.00"},
        {"label": "Prototype", "quantity": "8", "unit_price": "600.00"},
        {"label": "Tests", "quantity": "2", "unit_price": "400.00"},
    ]
}  # 8,000 €
ANSWERS = {
    "pitch": "A blanket that can be repaired.",
    "provider": "Studio Ombelle",
    "new": True,
    "budget": BUDGET,
    "honest": True,
}


class CallFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Call
        skip_postgeneration_save = True

    action = factory.SubFactory(ActionFactory)
    kind = "creative_voucher"
    slug = factory.Sequence(lambda n: f"call-{n}")
    code = factory.Sequence(lambda n: f"CC-{n}")
    title_fr = factory.Sequence(lambda n: f"Chèque créativité {n}")
    summary_fr = "Faites entrer un créatif dans votre entreprise."
    envelope = factory.SubFactory(EnvelopeFactory, action=factory.SelfAttribute("..action"))
    opens_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=10))
    closes_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=10))
    contact_name = "Wallonie Design"
    contact_email = "cheques@wecd.example"
    own_share_account = "BE68539007547034"
    state = "published"
    published_at = factory.LazyAttribute(lambda call: call.opens_at)

    class Params:
        draft = factory.Trait(state="draft", published_at=None)
        boost_up = factory.Trait(kind="boost_up", allocation="by_score", own_share_first=False)

    @factory.post_generation
    def parts(self, create, extracted, **kwargs):
        """A strand, a form (frozen once the call is published) and the counter; ``parts=False``: none."""
        if not create or extracted is False:
            return
        StrandFactory(call=self)
        form = FormFactory(call=self)
        if self.state != "draft":
            ReferenceCounter.objects.create(call=self)
            Form.objects.filter(pk=form.pk).update(published_at=self.published_at)


class StrandFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Strand

    call = factory.SubFactory(CallFactory, parts=False)
    code = factory.Sequence(lambda n: f"strand-{n}")
    title_fr = "Chèque"
    floor = 1000
    ceiling = 6000
    funding_rate = 75


class CriterionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Criterion

    call = factory.SubFactory(CallFactory)
    label_fr = "Valeur ajoutée"
    weight = 100


class CallRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CallRule

    call = factory.SubFactory(CallFactory)
    code = "wallonia_seat_or_site"
    params = factory.LazyFunction(lambda: {"which": "either"})


class FormFactory(factory.django.DjangoModelFactory):
    """A draft form: section "project" with five questions, and no documents."""

    class Meta:
        model = Form
        skip_postgeneration_save = True

    call = factory.SubFactory(CallFactory, parts=False)

    @factory.post_generation
    def questions(self, create, extracted, **kwargs):
        if not create or extracted is False:
            return
        section = Section.objects.create(form=self, key="project", title_fr="Le projet", position=1)
        kinds = {
            "pitch": ("long_text", {"max_words": 50}),
            "provider": ("short_text", {}),
            "new": ("yes_no", {}),
            "budget": ("budget", {"settings": {"unit": "day", "max_unit_price": "625.00"}}),
            "honest": ("declaration", {}),
        }
        for position, (key, (kind, extra)) in enumerate(kinds.items(), start=1):
            Question.objects.create(
                section=section, key=key, kind=kind, label_fr=key.title(), position=position, **extra
            )


class DocumentRequestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DocumentRequest

    form = factory.SubFactory(FormFactory)
    key = factory.Sequence(lambda n: f"document-{n}")
    label_fr = "Devis"


class ApplicationFactory(factory.django.DjangoModelFactory):
    """A draft with every answer given (8,000 € of cost). ``submitted=True`` and ``state=…`` go further."""

    class Meta:
        model = Application
        skip_postgeneration_save = True

    call = factory.SubFactory(CallFactory)
    applicant = factory.SubFactory(UserFactory)
    enterprise = factory.SubFactory(EnterpriseFactory, owner=factory.SelfAttribute("...applicant"))
    strand = factory.LazyAttribute(lambda a: a.call.strands.first())
    form = factory.LazyAttribute(lambda a: a.call.form)
    title = "A repairable blanket"
    uniqueness_scope = factory.LazyAttribute(lambda a: a.call.pk)

    class Params:
        submitted = factory.Trait(
            state="submitted",
            number=factory.LazyAttribute(lambda a: next_number(a.call)),
            reference=factory.LazyAttribute(lambda a: f"{a.call.code}-{a.number:04d}"),
            submitted_at=factory.LazyFunction(timezone.now),
            submitted_by=factory.SelfAttribute("applicant"),
            eligible_cost=8000,
            requested=6000,
        )

    @factory.post_generation
    def answers(self, create, extracted, **kwargs):
        if not create or extracted is False:
            return
        Answer.objects.bulk_create(
            Answer(application=self, key=key, value=value, updated_by=self.applicant)
            for key, value in ANSWERS.items()
        )
        if self.submitted_at:
            Submission.objects.create(
                application=self,
                received_at=self.submitted_at,
                content="{}",
                sha256="0" * 64,
                by=self.applicant,
            )


def next_number(call: Call) -> int:
    counter, _ = ReferenceCounter.objects.get_or_create(call=call)
    counter.last += 1
    counter.save()
    return counter.last


def selected_application(*, proposed_by, amount=6000, **kwargs) -> Application:
    """An application proposed for an award by ``proposed_by``, waiting for a second person."""
    application = ApplicationFactory(submitted=True, **kwargs)
    application.award = Award.objects.create(
        envelope=application.call.envelope,
        enterprise=application.enterprise,
        reference=application.reference,
        title=application.title,
        eligible_cost=8000,
        rate=75,
        amount=amount,
        proposed_by=proposed_by,
    )
    application.state = "selected"
    application.save()
    return application
