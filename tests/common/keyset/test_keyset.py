"""Keyset pages of the back office: every row once, both ways, whatever stands in the first column."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Enterprise, User
from actions.models import Action
from calls.models import Call
from tests.accounts.factories import EnterpriseFactory, UserFactory
from wecd.common.keyset import counting, neighbours_of
from wecd.common.keyset.order import BadPlace, Order, indexed
from wecd.common.search import plain, search

pytestmark = pytest.mark.django_db
PEOPLE = "admin:accounts_user_changelist"
START = datetime(2026, 3, 1, tzinfo=UTC)


def people(*days):
    """Persons who last signed in ``days`` after a fixed day; None never did."""
    return [UserFactory(last_login=None if day is None else START + timedelta(days=day)) for day in days]


def forwards(order, rows, size):
    place, pages = None, []
    while True:
        page = order.page(rows, size, after=place)
        pages.append(page.rows)
        if not page.has_next:
            return pages
        place = order.values_at(order.place_of(page.rows[-1]))


def backwards(order, rows, size):
    place, pages = [], []
    while True:
        page = order.page(rows, size, before=place)
        pages.append(page.rows)
        if not page.has_previous:
            return pages[::-1]
        place = order.values_at(order.place_of(page.rows[0]))


@pytest.mark.parametrize("names", [["-last_login"], ["last_login"], ["-pk"], ["name", "email"], ["pk"]])
@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_every_row_once_forwards_and_backwards(names, size):
    people(3, None, 1, 2, None, 2, None)
    order, rows = Order.of(User, names), User.objects.filter(is_system=False)
    expected = list(rows.order_by(*order.names))

    assert list(itertools.chain(*forwards(order, rows, size))) == expected
    assert list(itertools.chain(*backwards(order, rows, size))) == expected


def test_rows_written_meanwhile_shift_nothing():
    people(1, 3, 5, 7)
    order, rows = Order.of(User, ["-last_login"]), User.objects.filter(is_system=False)
    first = order.page(rows, 2)
    people(8, 9)

    second = order.page(rows, 2, after=order.values_at(order.place_of(first.rows[-1])))

    assert [row.last_login.day for row in first.rows + second.rows] == [8, 6, 4, 2]


@pytest.mark.parametrize(
    ("model", "names", "becomes"),
    [
        (Enterprise, ["name", "pk"], ["name", "id"]),
        (Call, ["-closes_at", "pk"], ["-closes_at", "-id"]),
        (
            Action,
            ["axis__position", "position", "pk"],
            ["axis__position", "position", "id"],
        ),
        (Enterprise, ["undertaking"], ["undertaking__name", "id"]),
        (User, [], ["-id"]),
        (User, ["email"], ["email"]),
    ],
)
def test_an_order_ends_on_a_key_and_goes_one_way(model, names, becomes):
    assert Order.of(model, names).names == becomes


def test_only_what_an_index_sorts_may_be_sorted():
    assert "number" in indexed(Enterprise)
    assert not {"turnover", "size_class", "undertaking"} & indexed(Enterprise)


@pytest.mark.parametrize("place", ["x", "é", "", "W10", "bnVsbA", "WyItbGFzdF9sb2dpbixpZCIsMSwyXQ", "AAAA"])
def test_what_is_no_place_is_refused(place):
    with pytest.raises(BadPlace):
        Order.of(User, ["-last_login"]).values_at(place)


def test_a_place_of_another_order_is_refused():
    (person,) = people(1)

    with pytest.raises(BadPlace):
        Order.of(User, ["name"]).values_at(Order.of(User, ["-last_login"]).place_of(person))


def test_a_count_stops_counting(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(counting, "CAP", 3)
    people(1, 2, 3)
    rows = User.objects.filter(is_system=False)

    with django_assert_num_queries(1):
        assert str(counting.count(rows)) == "3"
    people(4, 5)
    found = counting.count(rows)
    assert (int(found), str(found)) == (4, "more than 3")


# --- In the back office -------------------------------------------------------------------------------
def listed(client, user, query=""):
    client.force_login(user)
    return client.get(f"{reverse(PEOPLE)}{query}", headers={"Accept-Language": "en"})


def test_a_list_walks_from_page_to_page(client, manager, monkeypatch):
    monkeypatch.setattr("accounts.admin.people.PersonAdmin.list_per_page", 2)
    people(1, 2, 3, 4)
    page, seen = listed(client, manager), []

    while page.context["cl"].next_url:
        seen += page.context["cl"].result_list
        page = listed(client, manager, page.context["cl"].next_url)
    seen += page.context["cl"].result_list

    assert seen == sorted(User.objects.filter(is_system=False), key=lambda row: (row.name, row.email))
    last = page.context["cl"]
    assert last.result_list == listed(client, manager, "?before=end").context["cl"].result_list[-1:] or (
        listed(client, manager, "?before=end").context["cl"].result_list[-1] == last.result_list[-1]
    )
    assert listed(client, manager, last.first_url).context["cl"].result_list == seen[:2]
    assert listed(client, manager, last.previous_url).context["cl"].next_url
    assert 'rel="prev"' in page.content.decode()


@pytest.mark.parametrize(
    "query", ["?after=nonsense", "?before=%00", "?nonsense=1", "?is_active__exact=x&o=99"]
)
def test_a_mistyped_address_shows_the_list(client, manager, query):
    assert manager in listed(client, manager, query).context["cl"].result_list


def test_sorting_leads_to_the_first_page_and_keeps_the_filter(client, manager):
    page = listed(client, manager, "?is_active__exact=1&after=x").context["cl"]

    assert page.get_query_string({"o": "-2"}) == "?is_active__exact=1&o=-2"


def test_neighbours(rf, manager, django_assert_num_queries):
    rows = sorted([manager, *people(1, 2)], key=lambda row: (row.name, row.email))
    request = rf.get("/")
    request.user = manager
    assert manager.role_names

    with django_assert_num_queries(3):  # one is the choices of this list's filter by group
        assert neighbours_of(request, rows[1], "is_active__exact=1") == (rows[0].pk, rows[2].pk)
    assert neighbours_of(request, rows[0], "") == (None, rows[1].pk)
    assert neighbours_of(request, rows[2], "") == (rows[1].pk, None)


# --- Search -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("creperie", 1),
        ("CRÊPERIE sœurs", 1),
        ("soeurs", 1),
        ("crêperie frères", 0),
        ("%", 1),
        ("_", 0),
        ("", 2),
    ],
)
def test_search_ignores_accents_and_case(text, found):
    EnterpriseFactory(name="Crêperie des Sœurs 100%")
    EnterpriseFactory(name="Scierie")

    assert search(Enterprise.objects.all(), plain("name", "number"), text).count() == found
