"""Figures of a call: right, the same as the lists, at a fixed cost, and nobody in them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Enterprise, Site
from calls.domain import statistics
from calls.models import Answer, Application
from tests.calls.factories import ApplicationFactory, CallFactory, StrandFactory

pytestmark = pytest.mark.django_db
COST = 9


def pairs(slices):
    return {row.value: (row.count, row.requested) for row in slices}


def test_counts_sums_and_links_agree_with_the_list(officer):
    call = CallFactory()
    other = StrandFactory(call=call, title_fr="Grand chèque")
    for strand in (call.strands.first(), other, other):
        ApplicationFactory(call=call, submitted=True, strand=strand, uniqueness_scope=strand.pk)
    ApplicationFactory(call=call, submitted=True, state="withdrawn")
    ApplicationFactory(call=call)
    ApplicationFactory(call=call, title="")
    ApplicationFactory(submitted=True)  # of another call

    found = statistics.of(call)

    assert found.submitted == Application.objects.visible_to(officer).filter(call=call).count() == 4
    assert (found.drafts, found.drafts_named) == (2, 1)
    assert found.requested == 24000
    assert found.count("withdrawn") == 1
    assert pairs(found.strands)[str(other.pk)] == (2, Decimal(12000))
    for slices in (found.strands, found.provinces, found.sizes):
        assert sum(row.count for row in slices) == found.submitted
        assert sum(row.requested for row in slices) == found.requested


def test_provinces_come_from_the_registered_office():
    call = CallFactory()
    namur, nowhere = (ApplicationFactory(call=call, submitted=True) for _ in range(2))
    Site.objects.filter(enterprise=namur.enterprise).update(postal_code="5000")
    Site.objects.filter(enterprise=nowhere.enterprise).delete()
    Enterprise.objects.filter(pk=namur.enterprise_id).update(size_class="large")

    found = statistics.of(call)

    assert pairs(found.provinces)["BE35"][0] == 1
    assert pairs(found.provinces)[""][0] == 1
    assert pairs(found.sizes)["large"][0] == 1


def test_days_are_those_of_brussels_and_zeros_are_days_too():
    now = timezone.now().replace(hour=12)
    call = CallFactory(opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=3))
    late = (now - timedelta(days=2)).replace(hour=23, minute=30)  # the next day in Brussels
    ApplicationFactory(call=call, submitted=True, submitted_at=late)

    days = statistics.of(call, now=now).days

    assert [count for _day, count in days] == [0, 0, 1, 0]
    assert days[-1][0] == now.date()


def test_the_funnel_counts_drafts_and_reads_no_answer():
    call = CallFactory()
    ApplicationFactory(call=call)
    ApplicationFactory(call=call, answers=False)
    empty = ApplicationFactory(call=call, answers=False)
    Answer.objects.create(application=empty, key="pitch", value=None, updated_by=empty.applicant)
    ApplicationFactory(call=call, submitted=True)

    assert [(step.title, step.count) for step in statistics.of(call).funnel] == [("Le projet", 1)]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_cost_is_the_same_for_one_and_three(rows, django_assert_num_queries):
    call = CallFactory()
    for _ in range(rows):
        ApplicationFactory(call=call, submitted=True)
        ApplicationFactory(call=call)
    with django_assert_num_queries(COST):
        statistics.of(call)


def test_a_call_without_dates_or_applications_has_empty_figures():
    found = statistics.of(CallFactory(draft=True, opens_at=None, closes_at=None))
    assert (found.submitted, found.requested, found.days, found.funnel) == (0, 0, [], [])
