"""Exports: everything a reader may see, proven whole by the trailer."""

import gzip
import json
import logging
from datetime import timedelta

import pytest
import zstandard
from django.utils import timezone

from hubs.models import Hub
from partners.models import ApiKey
from tests.accounts.factories import EnterpriseFactory
from tests.actions.factories import ActionFactory
from tests.api import rows
from tests.api.conftest import Api
from tests.api.exported import body, whole_csv, whole_ndjson
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.hubs.factories import HubFactory
from tests.partners.factories import ApiKeyFactory, PartnerFactory
from wecd.catalogue import BY_NAME
from wecd.common.rest import downloads
from wecd.common.rest.reader import Reader

pytestmark = pytest.mark.django_db
KINDS = ["ndjson", "csv"]
NASTY = [
    "=HYPERLINK(1)",
    "+32 81 00",
    "-1+1",
    "@SUM(A1)",
    "\tTab",
    "\rReturn",
    "\nNew line",
    "＝1",
    "-12.50",
    "--5",
    "-.5",
    "-",
    "-5.",
    'He said "no"',
    "a, b; c",
    "back\\slash \\n \\. \\\\",
    "\\.",
    "two\nlines\r\nthree",
    "control \x01 \x02 \x1f \x7f",
    "emoji 🧶, 漢字, é",
    "line\u2028separator",
    "%s %% %(x)s {x}",
    "'quoted'",
    " leading space",
    "null",
    "#end rows=0",
]


@pytest.fixture
def make(action, officer, manager):
    return lambda name: rows.make(name, action, officer, manager)


def export(client, name: str, kind: str, **query):
    return client.get(f"exports/{name}.{kind}", **query)


def ndjson(client, name: str, **query) -> list[dict]:
    return whole_ndjson(body(export(client, name, "ndjson", **query)))[0]


# --- What comes ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", rows.ALL)
def test_an_export_is_the_list_in_the_order_of_ids(name, make, partner):
    for _ in range(3):
        make(name)
    listed = sorted(partner.results(name, page_size=500), key=lambda row: row["id"])
    assert len(listed) >= 3
    assert ndjson(partner, name) == listed


@pytest.mark.parametrize("name", rows.ALL)
def test_a_csv_export_is_the_csv_of_a_page_byte_for_byte(name, make, partner):
    make(name)
    resource = BY_NAME[name]()
    reader = Reader(scopes=frozenset({resource.scope}))
    everything = ",".join(resource.fields_for(reader, one=True))
    for query in ({}, {"fields": everything}):
        page = partner.get(name, format="csv", page_size=500, ordering="created_at", **query).content
        exported = body(export(partner, name, "csv", trailer="no", **query))
        head, *lines = exported.splitlines(keepends=True)
        assert page.startswith(head)
        assert sorted(lines) == sorted(page[len(head) :].splitlines(keepends=True))
        assert len(lines) >= 1


@pytest.mark.parametrize("kind", KINDS)
def test_texts_arrive_as_they_are(kind, partner, anonymous):
    for number, text in enumerate(NASTY):
        HubFactory(slug=f"h{number}", name=text, former_names=text, city=text[:80])
    HubFactory(slug="empty", former_names="")
    expected = dict(Hub.objects.values_list("slug", "name"))
    if kind == "ndjson":
        found = ndjson(anonymous, "hubs")
        assert {row["slug"]: row["name"] for row in found} == expected
        assert next(row for row in found if row["slug"] == "empty")["former_names"] is None
    else:
        found, _end = whole_csv(body(export(anonymous, "hubs", "csv")))
        guarded = {slug: f"'{name}" if dangerous(name) else name for slug, name in expected.items()}
        assert {row["slug"]: row["name"] for row in found} == guarded
        assert next(row for row in found if row["slug"] == "empty")["former_names"] == ""
    page = anonymous.get("hubs", format="csv", page_size=500, ordering="created_at").content
    assert page == body(export(anonymous, "hubs", "csv", trailer="no"))


def dangerous(text: str) -> bool:
    """What a spreadsheet would run: numbers it may."""
    return text[0] in "=+-@\t\r\n＝" and text not in ("-12.50", "--5", "-.5", "-5.")


def test_each_line_of_ndjson_is_the_row_as_in_the_list(make, partner):
    made = make("applications")
    type(made).objects.update(title='A "b" \\ \n \x01 é 🧶')
    line = body(export(partner, "applications", "ndjson")).splitlines()[0]
    assert line == partner.get("applications", format="ndjson").content.splitlines()[0]


# --- Who ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", rows.KEYED)
def test_a_partner_gets_the_rows_of_its_actions(name, kind, make, officer, manager, partner):
    other = PartnerFactory(code="OTHER")
    ours = str(make(name).pk)
    hidden = str(rows.make(name, ActionFactory(lead=other), officer, manager).pk)
    ApiKeyFactory(partner=other, raw="wecd_other")
    mine, theirs = body(export(partner, name, kind)), body(export(Api("wecd_other"), name, kind))
    assert ours.encode() in mine
    assert hidden.encode() not in mine
    assert hidden.encode() in theirs
    assert ours.encode() not in theirs


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", rows.KEYED)
def test_without_a_key_or_its_scope_there_is_nothing(name, kind, make, partner, anonymous):
    make(name)
    assert export(anonymous, name, kind).status_code == 401
    assert export(Api("wecd_wrong"), name, kind).status_code == 401
    ApiKey.objects.update(scopes=[])
    assert export(partner, name, kind).status_code == 403


@pytest.mark.parametrize("name", rows.OPEN)
def test_anyone_may_export_open_data(name, make, anonymous):
    made = make(name)
    assert str(made.pk) in {row["id"] for row in ndjson(anonymous, name)}


@pytest.mark.parametrize("kind", KINDS)
def test_members_outside_the_scopes_are_absent(kind, make, partner):
    make("applications")
    resource = BY_NAME["applications"]()
    personal = [name for name, each in resource.all_fields.items() if each.scope]
    data = body(export(partner, "applications", kind))
    for name in personal:
        assert name.encode() not in data
        refused = export(partner, "applications", kind, fields=f"id,{name}")
        assert refused.status_code == 400


@pytest.mark.parametrize("kind", KINDS)
def test_natural_persons_are_not_named(kind, make, partner):
    row = make("applications")
    EnterpriseFactory._meta.model.objects.filter(pk=row.enterprise.pk).update(
        legal_form="self_employed", name="Jeanne Marqueur"
    )
    data = body(export(partner, "applications", kind))
    assert b"Marqueur" not in data
    assert str(row.pk).encode() in data


# --- What is asked ------------------------------------------------------------------------------------
def test_filters_search_and_fields(make, partner, action):
    call = CallFactory(action=action)
    one = ApplicationFactory(call=call, submitted=True, title="A woollen blanket")
    ApplicationFactory(call=CallFactory(action=action), submitted=True)
    for query in ({"call": call.code}, {"search": "woollen"}, {"reference": one.reference}):
        assert [row["id"] for row in ndjson(partner, "applications", **query)] == [str(one.pk)]
    found = ndjson(partner, "applications", call=call.code, fields="title,id")
    assert found == [{"title": "A woollen blanket", "id": str(one.pk)}]
    text, _end = whole_csv(
        body(export(partner, "applications", "csv", call=call.code, fields="title,requested"))
    )
    assert list(text[0]) == ["title", "requested.amount", "requested.currency"]


def test_updated_since(partner, action):
    old = ApplicationFactory(call=CallFactory(action=action), submitted=True)
    new = ApplicationFactory(call=CallFactory(action=action), submitted=True)
    since = timezone.now() - timedelta(hours=1)
    type(old).objects.filter(pk=old.pk).update(updated_at=since - timedelta(hours=1))
    found = ndjson(partner, "applications", updated_since=since.isoformat())
    assert [row["id"] for row in found] == [str(new.pk)]


@pytest.mark.parametrize(
    "query",
    [
        {"colour": "red"},
        {"page_size": "5"},
        {"cursor": "x"},
        {"ordering": "code"},
        {"count": "exact"},
        {"format": "csv"},
        {"after": "here"},
        {"trailer": "perhaps"},
        {"fields": "id,shoe"},
        {"updated_since": "yesterday"},
        {"phase": "asleep"},
        {"opens_after": "2026"},
        {"search": "x" * 201},
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_is_unknown_or_wrong_is_named(query, method, anonymous):
    response = getattr(anonymous.client, method)("/api/v1/exports/calls.ndjson", query)
    assert response.status_code == 400
    if method == "get":
        assert [each["field"] for each in json.loads(response.content)["errors"]] == list(query)


@pytest.mark.parametrize("path", ["exports/calls.xml", "exports/shoes.csv", "exports/calls", "exports"])
def test_other_addresses_are_nothing(path, anonymous):
    assert anonymous.get(path).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_an_export_only_reads(method, anonymous):
    assert getattr(anonymous.client, method)("/api/v1/exports/calls.csv").status_code == 405


# --- Whole, or resumed --------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_the_trailer_proves_the_file(kind, make, partner):
    for _ in range(3):
        make("vouchers")
    response = export(partner, "vouchers", kind)
    found, end = (whole_ndjson if kind == "ndjson" else whole_csv)(body(response))
    assert end["rows"] == len(found) == 3
    assert end["cursor"] == response["WECD-Cursor"] != ""


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_trailer_there_are_rows_only(kind, make, partner):
    make("vouchers")
    data = body(export(partner, "vouchers", kind, trailer="no"))
    assert b"end" not in data.splitlines()[-1]
    assert len(data.splitlines()) == (1 if kind == "ndjson" else 2)


@pytest.mark.parametrize("name", rows.ALL)
def test_an_export_goes_on_after_the_last_whole_row(name, make, partner):
    for _ in range(4):
        make(name)
    everything = ndjson(partner, name)
    assert len(everything) >= 4
    for cut in (1, 3):
        assert ndjson(partner, name, after=everything[cut - 1]["id"]) == everything[cut:]
    assert ndjson(partner, name, after=everything[-1]["id"]) == []
    assert ndjson(partner, name, after="00000000-0000-0000-0000-000000000000") == everything


def test_an_export_of_nothing_is_whole_too(anonymous):
    found, end = whole_ndjson(body(export(anonymous, "awards", "ndjson")))
    assert (found, end["rows"]) == ([], 0)
    text, end = whole_csv(body(export(anonymous, "awards", "csv")))
    assert (text, end["rows"]) == ([], 0)


# --- How it travels -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0, gzip;q=0.5", "gzip"),
        ("zstd;q=0.1,gzip", "zstd"),
        ("*", "zstd"),
        ("gzip;q=0", ""),
        ("gzip;q=0.0, *;q=0", ""),
        ("identity", ""),
        ("br", ""),
        ("", ""),
    ],
)
def test_compression_when_asked(accept, encoding, partner, make):
    make("vouchers")
    plain = body(export(partner, "vouchers", "ndjson", trailer="no"))
    response = partner.client.get(
        "/api/v1/exports/vouchers.ndjson?trailer=no", headers={"Accept-Encoding": accept}
    )
    data = body(response)
    assert response.get("Content-Encoding", "") == encoding
    assert "Accept-Encoding" in response["Vary"]
    unpacked = {
        "gzip": gzip.decompress,
        "zstd": lambda packed: zstandard.ZstdDecompressor().decompressobj().decompress(packed),
        "": bytes,
    }[encoding](data)
    assert unpacked == plain


@pytest.mark.parametrize(
    ("kind", "media"), [("csv", "text/csv; charset=utf-8"), ("ndjson", "application/x-ndjson")]
)
def test_the_headers_say_what_it_is(kind, media, anonymous):
    response = export(anonymous, "calls", kind)
    assert response["Content-Type"] == media
    assert response["Content-Disposition"] == (
        f'attachment; filename="calls-{timezone.localdate().isoformat()}.{kind}"'
    )
    assert response["Cache-Control"] == "private, no-store"
    assert "Authorization" in response["Vary"]
    assert "ETag" not in response
    response.close()


def test_head_tells_the_headers_and_runs_nothing(partner, make, django_assert_max_num_queries, settings):
    settings.API_EXPORTS_PER_HOUR_WITH_KEY = 0
    make("applications")
    partner.client.head("/api/v1/exports/applications.csv")
    with django_assert_max_num_queries(2) as queries:
        response = partner.client.head("/api/v1/exports/applications.csv")
    assert not any("calls_application" in query["sql"] for query in queries.captured_queries)
    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert Api().client.head("/api/v1/exports/applications.csv").status_code == 401


# --- Limits -------------------------------------------------------------------------------------------
def test_so_many_an_hour(settings, anonymous, partner):
    settings.API_EXPORTS_PER_HOUR = 2
    for left in (1, 0):
        response = export(anonymous, "calls", "csv")
        assert f"r={left};" in response["RateLimit"]
        assert response["RateLimit-Policy"] == '"exports";q=2;w=3600'
        body(response)
    response = export(anonymous, "hubs", "ndjson")
    assert response.status_code == 429
    assert response["Content-Type"] == "application/problem+json"
    assert 0 < int(response["Retry-After"]) <= 3600
    assert anonymous.get("calls").status_code == 200  # pages have limits of their own
    body(export(partner, "calls", "csv"))  # and so has each key


# --- When it breaks -----------------------------------------------------------------------------------
def test_an_error_on_the_way_never_ends_well(anonymous, monkeypatch, caplog):
    response = export(anonymous, "hubs", "ndjson")

    def fail(*args):
        raise RuntimeError("The database went away.")

    monkeypatch.setattr(downloads.json, "dumps", fail)
    with pytest.raises(RuntimeError), caplog.at_level(logging.ERROR):
        body(response)
    assert "broke off" in caplog.text
