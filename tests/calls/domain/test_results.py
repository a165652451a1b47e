"""The published awards: filtered, added up, paged."""

from datetime import UTC, date, datetime, timedelta

import pytest

from calls.domain import results
from calls.domain.results import Chosen, Tally
from calls.models import Application
from grants.models import Award
from tests.accounts.factories import EnterpriseFactory
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.grants.factories import AwardFactory

pytestmark = pytest.mark.django_db
OCTOBER = datetime(2026, 10, 13, 9, tzinfo=UTC)


def award(**given) -> Award:
    given.setdefault("approved_at", OCTOBER)
    return AwardFactory(approved=True, **given)


def found(**chosen) -> set:
    return set(results.awards(Chosen.read(chosen)).values_list("title", flat=True))


def firm(name="Poterie Évrard", postal_code="4800", municipality="Verviers", **given):
    office = {"office__postal_code": postal_code, "office__municipality": municipality}
    return EnterpriseFactory(name=name, **office, **given)


def test_only_awards_in_force_are_published():
    for state in ("approved", "active", "completed", "released"):
        award(title=state, state=state)
    AwardFactory(title="proposed")
    assert found() == {"approved", "active", "completed"}
    assert results.totals(Chosen()).all == Tally(3, 18000)


def test_each_filter_keeps_what_fits():
    call = CallFactory(slug="cheques")
    inside = award(title="inside", enterprise=firm(size_class="small"), envelope=call.envelope)
    application = ApplicationFactory(submitted=True, call=call, award=inside)
    outside = award(title="outside", enterprise=firm(postal_code="5000", size_class="micro"))
    Award.objects.filter(pk=outside.pk).update(approved_at=OCTOBER - timedelta(days=365))
    mark = call.action.axis.mark
    assert application.award == inside
    assert found(call="cheques") == {"inside"}
    assert found(province="BE33") == {"inside"}
    assert found(province="BE35") == {"outside"}
    assert found(year="2026") == {"inside"}
    assert found(size="micro") == {"outside"}
    assert found(axis=mark) == {"inside", "outside"} - (
        {"outside"} if outside.envelope.action.axis.mark != mark else set()
    )
    assert found(axis="networks" if mark != "networks" else "skills") == set()
    assert found(call="cheques", year="2025") == set()


def test_values_nobody_knows_are_dropped():
    award(title="one")
    assert found(axis="x", province="x", year="x", size="x") == {"one"}
    assert Chosen.read({"year": "２０２６"}).year == ""
    assert found(call="none\0") == set()
    assert [found(year=year) for year in ("0000", "0001", "9999", "2001")] == [{"one"}] * 3 + [set()]
    assert found(q="\0one\0") == {"one"}


@pytest.mark.parametrize("words", ["evrard", "ÉVRARD", "poterie verviers", "bols", "100%", "x_y", "\\"])
def test_search_ignores_accents_and_case_and_takes_signs_as_they_are(words):
    award(title="Bols réparables 100% x_y \\", enterprise=firm())
    award(title="Autre", enterprise=firm("Cycles Pirotte", "5000", "Namur"))
    assert found(q=words) == {"Bols réparables 100% x_y \\"}


def test_a_natural_person_is_found_by_their_project_alone():
    award(title="Lampe", enterprise=firm("Zoé Quelqu'un", legal_form="self_employed"))
    assert found(q="quelqu") == set()
    assert found(q="zoé lampe") == set()
    assert found(q="verviers") == set()
    assert found(q="lampe") == {"Lampe"}


def test_totals_add_up_the_same_awards_four_ways():
    award(amount=1000, enterprise=firm(size_class="micro"))
    award(amount=500, enterprise=firm(size_class="small", legal_form="self_employed"))
    award(amount=250, enterprise=firm(postal_code="1000"), state="completed")
    totals = results.totals(Chosen())
    assert totals.all == Tally(3, 1750)
    for sums in (totals.axes, totals.provinces, totals.sizes, totals.months):
        assert sum(sums.values(), Tally()) == totals.all
    assert totals.provinces == {"BE33": Tally(2, 1500), "": Tally(1, 250)}
    assert totals.natural_persons == 1
    assert sum(totals.finished.values()) == 1
    assert results.totals(Chosen.read({"q": "nothing like it"})).all == Tally()


def test_months_are_those_of_brussels():
    award(approved_at=datetime(2026, 9, 30, 22, 30, tzinfo=UTC))
    ((month, _axis),) = results.totals(Chosen()).months
    assert month == date(2026, 10, 1)


def test_pages_follow_each_other_both_ways(monkeypatch):
    monkeypatch.setattr(results, "PAGE", 2)
    made = [award(title=str(n), approved_at=OCTOBER + timedelta(days=n // 2)) for n in range(5)]
    order = [row.title for row in sorted(made, key=lambda row: (row.approved_at, row.pk), reverse=True)]
    first = results.page(Chosen())
    second = results.page(Chosen(), after=first.next)
    third = results.page(Chosen(), after=second.next)
    assert [row.title for page in (first, second, third) for row in page.awards] == order
    assert (first.previous, third.next) == (None, None)
    back = results.page(Chosen(), before=third.previous)
    assert [row.title for row in back.awards] == order[2:4]
    again = results.page(Chosen(), before=back.previous)
    assert [row.title for row in again.awards] == order[:2]
    assert again.previous is None


def test_a_place_in_the_list_that_is_gone_begins_at_the_top():
    one = award(title="one")
    proposed = AwardFactory()
    assert [row.pk for row in results.page(Chosen(), after=proposed.pk).awards] == [one.pk]


def decide(call, count, state, days=10):
    for _n in range(count):
        application = ApplicationFactory(submitted=True, call=call, answers=False)
        if state == "awarded":
            application.award = award(envelope=call.envelope, enterprise=application.enterprise)
            application.save()
        Application.objects.filter(pk=application.pk).update(
            state=state,
            submitted_at=OCTOBER,
            decided_at=OCTOBER + timedelta(days=days),
        )


def test_the_share_that_got_an_award_counts_decided_applications():
    call = CallFactory()
    decide(call, 4, "awarded", days=12)
    decide(call, 6, "rejected", days=40)
    ApplicationFactory(submitted=True, call=call)
    assert results.decided(Chosen()) == results.Decided(count=10, awarded=4, days=12)


def test_nothing_is_said_of_a_handful_nor_of_a_search():
    """Else one could learn that a firm one knows of was turned down."""
    call = CallFactory()
    decide(call, 9, "rejected")
    assert results.decided(Chosen()) is None
    decide(call, 1, "rejected")
    assert results.decided(Chosen()) == results.Decided(count=10, awarded=0, days=None)
    assert results.decided(Chosen(q="enterprise")) is None
    assert results.decided(Chosen(province="BE34")) is None


@pytest.mark.parametrize(
    ("first", "last", "kind", "columns"),
    [
        (date(2026, 10, 1), date(2026, 10, 1), "month", 1),
        (date(2025, 11, 1), date(2026, 10, 1), "month", 12),
        (date(2025, 10, 1), date(2026, 10, 1), "quarter", 5),
        (date(2024, 1, 1), date(2026, 12, 1), "quarter", 12),
        (date(2023, 12, 1), date(2026, 12, 1), "year", 4),
    ],
)
def test_periods_have_no_gaps_and_are_at_most_twelve(first, last, kind, columns):
    months = {(first, "business"): Tally(1, 100), (last, "finance"): Tally(2, 50)}
    given_kind, periods = results.by_period(months)
    assert (given_kind, len(periods)) == (kind, columns)
    assert list(periods) == sorted(periods)
    every = [tally for parts in periods.values() for tally in parts.values()]
    assert sum(every, Tally()) == sum(months.values(), Tally())


def test_choices_are_only_what_some_award_has():
    call = CallFactory()
    CallFactory()
    given = award(envelope=call.envelope)
    ApplicationFactory(submitted=True, call=call, award=given)
    choices = results.choices()
    assert [row.pk for row in choices.calls] == [call.pk]
    assert [axis.pk for axis in choices.axes] == [call.action.axis.pk]
    assert choices.years == [2026]


def test_one_award_by_its_address_only_when_published():
    assert results.one(award().pk).postal_code == "5000"
    assert results.one(AwardFactory().pk) is None
