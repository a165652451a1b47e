"""Statements that are kept: they give what fresh ones would, to each reader their own."""

import json
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.actions.factories import ActionFactory
from tests.api import rows
from tests.api.conftest import RAW, Api
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.partners.factories import ApiKeyFactory, PartnerFactory
from wecd.common.rest import pages, statements, views
from wecd.common.rest.holes import Hole

pytestmark = pytest.mark.django_db
THEIRS = "wecd_of_the_others"
ASKED = [
    {},
    {"ordering": "-created_at", "page_size": 2},
    {"ordering": "updated_at", "page_size": 3, "fields": "id,title"},
    {"ordering": "-submitted_at"},
    {"state": "submitted", "page_size": 2},
    {"search": "blanket"},
    {"format": "ndjson"},
]


@pytest.fixture(autouse=True)
def _nothing_kept():
    views.kept.clear()


@pytest.fixture
def others(db):
    partner = PartnerFactory(code="OTHERS")
    ApiKeyFactory(partner=partner, raw=THEIRS)
    return partner


def _applications(action, count: int = 5) -> set[str]:
    call = CallFactory(action=action)
    return {str(ApplicationFactory(submitted=True, call=call).pk) for _ in range(count)}


def _all(client: Api, address: str = "applications", **asked) -> list[dict]:
    """Every row, page by page, forwards; each page is asked for twice and must not differ."""
    found = []
    while address:
        page = client.json(address, **asked)
        assert client.json(address, **asked) == page
        found += page["results"]
        address, asked = page["next"], {}
    return found


@pytest.mark.parametrize("asked", [each for each in ASKED if "format" not in each])
def test_what_is_kept_gives_each_partner_their_own_rows(asked, action, others, partner):
    ours, theirs = _applications(action), _applications(ActionFactory(lead=others))
    clients = {partner: ours, Api(THEIRS): theirs}
    fresh = {}
    for client in clients:
        views.kept.clear()
        fresh[client] = _all(client, **asked)
    views.kept.clear()
    for _again in range(3):
        for client, own in clients.items():
            found = _all(client, **asked)
            assert found == fresh[client]
            assert {row["id"] for row in found} <= own
            assert asked.get("search") or asked.get("fields") or {row["id"] for row in found} == own


@pytest.mark.parametrize("asked", ASKED)
def test_nothing_of_a_reader_is_in_what_is_kept(asked, action, others, partner, wd):
    _applications(action)
    partner.get("applications", **asked)
    kept = [thing for thing in views.kept.things.values() if isinstance(thing, views.Listing)]
    texts = [
        statement.text.decode() for each in kept for of in each.pages.values() for statement in of.statements
    ]
    assert texts
    for secret in (str(wd.pk), str(action.pk), RAW):
        assert not any(secret in text for text in texts)
    assert all(each.reader.key is None for each in kept)


def test_a_scope_more_is_another_statement(action, partner, wd):
    _applications(action, 1)
    partner.json("applications")
    wd.api_keys.update(scopes=["applications:read", "vouchers:read", "personal:read"])
    partner.json("applications")  # no agreement: as before
    assert len(views.kept.things) == 1


def test_a_row_that_is_kept_is_each_partners_own(action, others, partner):
    (mine,), (other,) = _applications(action, 1), _applications(ActionFactory(lead=others), 1)
    for _again in range(3):
        assert partner.json(f"applications/{mine}")["id"] == mine
        assert partner.get(f"applications/{other}").status_code == 404
        assert Api(THEIRS).json(f"applications/{other}")["id"] == other
    assert partner.get(f"applications/{mine}", page_size=2).status_code == 400
    assert partner.get(f"applications/{mine}", cursor="x").status_code == 400


def test_a_wrong_value_is_never_kept_and_never_hidden_by_what_is(anonymous):
    anonymous.json("calls", page_size=2)
    kept = len(views.kept.things)
    for wrong in ({"cursor": "x"}, {"updated_since": "never"}, {"kind": "lottery"}, {"colour": "red"}):
        for _again in range(2):
            assert anonymous.get("calls", page_size=2, **wrong).status_code == 400
    assert anonymous.client.get("/api/v1/calls?page_size=2&cursor=").status_code == 400
    assert len(views.kept.things) == kept


def test_the_clock_is_not_kept(anonymous):
    call = CallFactory(
        opens_at=timezone.now() - timedelta(days=9), closes_at=timezone.now() + timedelta(days=9)
    )
    assert [row["phase"] for row in anonymous.results("calls", phase="open")] == ["open"]
    type(call).objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    assert anonymous.results("calls", phase="open") == []
    assert [row["phase"] for row in anonymous.results("calls")] == ["closed"]


def test_a_partner_with_few_rows_among_many_gets_them_in_order(action, others, monkeypatch):
    """More rows of others than are looked through: the page comes from the partner's own calls."""
    elsewhere, ours = ActionFactory(lead=PartnerFactory()), ActionFactory(lead=others)
    made = []
    for number in range(24):
        row = ApplicationFactory(submitted=True, call__action=ours if number % 8 == 7 else elsewhere)
        if number % 8 == 7:
            made.append(str(row.pk))
    client = Api(THEIRS)
    monkeypatch.setattr(pages, "LOOKS", 1)
    for ordering in ("created_at", "updated_at", "submitted_at"):
        found = [row["id"] for row in _all(client, ordering=ordering, page_size=1)]
        assert found == made
        assert [row["id"] for row in _all(client, ordering=f"-{ordering}", page_size=2)] == made[::-1]


def test_a_full_page_costs_the_key_and_one_statement(action, partner, django_assert_num_queries):
    _applications(action, 3)
    partner.get("applications", page_size=2)
    with django_assert_num_queries(2):
        assert len(partner.results("applications", page_size=2)) == 2


def test_holes_are_parameters_and_values_are_literals():
    hole = Hole("name", None)
    made = statements.Ready.from_sql("SELECT %s::text, %s, '100%%', %s::text", (hole, "it's 5%", hole))
    assert made.text == b"SELECT $1::text, 'it''s 5%', '100%', $1::text"
    for value in ("a", "'; DROP TABLE x; --"):  # the first run is not prepared, the second is
        result = made.run({"name": value})
        found = [result.get_value(0, column).decode() for column in range(4)]
        assert found == [value, "it's 5%", "100%", value]
    with pytest.raises(KeyError):
        made.run({})


def test_a_connection_keeps_so_many_statements(monkeypatch):
    monkeypatch.setattr(statements, "MOST_PREPARED", 3)
    made = [statements.Ready(f"SELECT {number}", ()) for number in range(8)]
    for _again in range(3):
        for number, each in enumerate(made):
            assert each.run({}).get_value(0, 0) == str(number).encode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'wecd_%'")
        assert cursor.fetchone()[0] <= 3


def test_the_first_statement_of_a_transaction_is_in_it():
    made = statements.Ready("SELECT pg_current_xact_id()::text", ())
    first = made.run({}).get_value(0, 0)
    assert made.run({}).get_value(0, 0) == first


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_opened_again(action, partner):
    _applications(action, 1)
    for _again in range(2):
        assert partner.get("applications").status_code == 200
    with _beside() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    assert len(partner.results("applications")) == 1


@pytest.mark.django_db(transaction=True)
def test_statements_that_were_forgotten_are_prepared_again(anonymous):
    for _again in range(2):
        anonymous.json("calls")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert anonymous.json("calls")["previous"] is None


def _beside() -> psycopg.Connection:
    """A second connection to the same database."""
    params = connection.get_connection_params()
    wanted = {name: params[name] for name in ("host", "port", "user", "password", "dbname") if name in params}
    return psycopg.connect(**wanted, autocommit=True)


@pytest.mark.parametrize("name", rows.ALL)
def test_head_and_conditions_pass_the_same_way(name, partner, action, officer, manager):
    rows.make(name, action, officer, manager)
    etag = partner.get(name)["ETag"]
    assert partner.client.head(f"/api/v1/{name}").headers["ETag"] == etag
    answer = partner.client.get(f"/api/v1/{name}", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_an_answer_says_its_length(anonymous):
    answer = Client().get("/api/v1/calls")
    assert int(answer["Content-Length"]) == len(answer.content)
    assert json.loads(answer.content)["results"] == []
