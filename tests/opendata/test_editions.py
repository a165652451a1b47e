"""The nightly files: typed, complete, silent about people, replaced whole."""

import hashlib
import io
import json
import zipfile
from decimal import Decimal

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from tests.actions.factories import ProgrammeFactory
from tests.calls.factories import CallFactory
from tests.hubs.factories import HubFactory
from tests.opendata.rows import MARKERS, WHEN, award, marked_person
from wecd.common.rest.reader import ANYONE
from wecd.opendata import editions, parquet, tasks
from wecd.opendata.datasets import DATASETS
from wecd.opendata.models import Edition

pytestmark = pytest.mark.django_db
FILES = {f"{each.name}.parquet" for each in DATASETS}


def table(name="awards") -> pa.Table:
    edition = editions.current()
    with default_storage.open(f"{edition.folder}/{name}.parquet") as content:
        return pq.read_table(io.BytesIO(content.read()))


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_every_dataset_is_there_with_its_rows():
    award()
    HubFactory.create_batch(3)
    edition, new = editions.publish()
    assert new
    assert set(edition.manifest["files"]) == FILES
    assert edition.manifest["files"]["hubs.parquet"]["rows"] == 3
    for each in DATASETS:
        fields = each.resource.fields_for(ANYONE)
        assert table(each.name).column_names == list(fields)
        assert table(each.name).num_rows == edition.manifest["files"][f"{each.name}.parquet"]["rows"]


def test_columns_have_the_types_of_what_they_hold():
    award(call=CallFactory(), amount=Decimal("5999.99"))
    editions.publish()
    columns = table().schema
    assert columns.field("amount").type == pa.struct(
        [pa.field("amount", pa.decimal128(15, 2)), pa.field("currency", pa.string())]
    )
    assert columns.field("rate").type == pa.decimal128(5, 2)
    assert columns.field("approved_at").type == pa.timestamp("us", tz="UTC")
    assert columns.field("state").type == pa.dictionary(pa.int32(), pa.string())
    assert columns.field("amount").metadata[b"description"]
    assert columns.metadata[b"licence"].startswith(b"https://creativecommons.org/licenses/by/4.0")
    calls = table("calls").schema
    assert calls.field("grace_seconds").type == pa.int64()
    assert calls.field("decision_on").type == pa.date32()
    assert pa.types.is_list(calls.field("strands").type)
    assert pa.types.is_struct(calls.field("title").type)


def test_duckdb_reads_what_was_written(tmp_path):
    row = award(amount=Decimal("5999.99"), call=CallFactory(code="CC-2026", title_fr="Chèque"))
    ProgrammeFactory(budget=None)
    editions.publish()
    path = tmp_path / "awards.parquet"
    path.write_bytes(default_storage.open(f"{editions.current().folder}/awards.parquet").read())
    found = duckdb.sql(
        "SELECT id, amount.amount, amount.currency, state, epoch_us(approved_at), call.title.fr, "
        f"enterprise.number, enterprise.nuts2, rate FROM '{path}'"
    ).fetchall()
    instant = int(WHEN.timestamp() * 1_000_000)
    assert found == [
        (
            str(row.pk),
            Decimal("5999.99"),
            "EUR",
            "approved",
            instant,
            "Chèque",
            row.enterprise.number,
            "BE35",
            Decimal("75.00"),
        )
    ]
    assert table("programmes")["budget"].to_pylist() == [None] * table("programmes").num_rows


def test_the_files_say_what_the_api_says(client):
    call = CallFactory(title_en="Voucher")
    award(call)
    marked_person(call)
    editions.publish()
    shown = json.loads(client.get("/api/v1/awards", {"ordering": "created_at"}).content)["results"]
    for told, row in zip(shown, table().to_pylist(), strict=True):
        assert (row["id"], row["title"], row["reasons"]) == (told["id"], told["title"], told["reasons"])
        assert str(row["amount"]["amount"]) == told["amount"]["amount"]
        assert row["enterprise"] == told["enterprise"]
        assert row["call"] == told["call"]
        assert row["action"] == told["action"]
        assert row["approved_at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ") == told["approved_at"]


def test_lists_and_empty_values_survive():
    HubFactory()
    CallFactory()
    editions.publish()
    call = table("calls").to_pylist()[0]
    assert call["decision_on"] is None
    assert call["title"] | {"fr": ""} == {"fr": "", "de": None, "nl": None, "en": None}
    assert [strand["code"] for strand in call["strands"]]
    assert call["strands"][0]["ceiling"]["amount"] == Decimal("6000.00")
    assert table("hubs").to_pylist()[0]["operators"] == []


def test_many_batches_are_one_file(monkeypatch):
    monkeypatch.setattr(parquet, "ROWS_A_BATCH", 2)
    HubFactory.create_batch(5)
    editions.publish()
    assert len(set(table("hubs")["id"].to_pylist())) == 5


def test_an_empty_portal_has_empty_files():
    edition, _new = editions.publish()
    assert table().num_rows == edition.manifest["files"]["awards.parquet"]["rows"] == 0


def test_people_are_in_none_of_the_files(client):
    marked_person()
    edition, _new = editions.publish()
    for each in DATASETS:
        said = orjson.dumps(table(each.name).to_pylist(), default=str).decode()
        assert not [marker for marker in MARKERS if marker in said], each.name
    assert table().num_rows == 1
    assert table()["enterprise"].to_pylist()[0]["name"] is None
    raw = body(client.get("/open-data/wecd-open-data.zip"))
    assert not [marker for marker in MARKERS if marker.encode() in raw]


def test_drafts_and_proposals_stay_inside():
    award(state="proposed")
    CallFactory(draft=True)
    editions.publish()
    assert table().num_rows == 0
    assert table("calls").num_rows == 1  # that of the award


def test_what_has_not_changed_stays_with_a_note():
    HubFactory()
    first, _new = editions.publish()
    again, new = editions.publish()
    assert not new
    assert again.pk == first.pk
    again.refresh_from_db()
    assert again.checked_at > again.made_at
    HubFactory()
    assert editions.publish()[1]


def test_old_files_go_and_their_rows_stay(settings):
    settings.OPEN_DATA_EDITIONS_KEPT = 2
    made = []
    for _ in range(4):
        HubFactory()
        made.append(editions.publish()[0])
    kept = [Edition.objects.get(pk=edition.pk).folder != "" for edition in made]
    assert kept == [False, False, True, True]
    assert not default_storage.exists(f"{made[0].folder}/hubs.parquet")
    assert default_storage.exists(f"{made[2].folder}/hubs.parquet")
    assert Edition.objects.get(pk=made[0].pk).manifest["files"]["hubs.parquet"]["rows"] == 1


def test_a_failure_half_way_leaves_what_is_served(client, monkeypatch):
    HubFactory()
    first, _new = editions.publish()
    before = body(client.get("/open-data/hubs.parquet"))
    HubFactory()
    saved = default_storage.save

    def breaks(name, content):
        if name.endswith("partners.parquet"):
            raise OSError("The disk is full.")
        return saved(name, content)

    monkeypatch.setattr(default_storage, "save", breaks)
    with pytest.raises(OSError, match="full"):
        editions.publish()
    assert editions.current().pk == first.pk
    assert body(client.get("/open-data/hubs.parquet")) == before


def test_who_downloads_while_it_is_replaced_gets_the_old_file_whole(client):
    HubFactory()
    first, _new = editions.publish()
    download = client.get("/open-data/hubs.parquet")
    HubFactory()
    editions.publish()
    told = first.manifest["files"]["hubs.parquet"]
    assert hashlib.sha256(body(download)).hexdigest() == told["sha256"]
    assert client.get("/open-data/hubs.parquet")["ETag"] != f'"{told["sha256"]}"'


def test_the_bundle_holds_the_files_its_manifest_names(client):
    HubFactory()
    editions.publish()
    response = client.get("/open-data/wecd-open-data.zip")
    content = body(response)
    assert len(content) == int(response["Content-Length"])
    bundle = zipfile.ZipFile(io.BytesIO(content))
    assert bundle.testzip() is None
    manifest = json.loads(bundle.read("wecd-open-data/manifest.json"))
    for name, told in manifest["files"].items():
        assert hashlib.sha256(bundle.read(f"wecd-open-data/{name}")).hexdigest() == told["sha256"]
    assert b"CC BY 4.0" in bundle.read("wecd-open-data/README.txt")
    shown = client.get("/open-data/manifest.json").json()
    assert shown["files"] == manifest["files"]
    assert shown["bundle"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert response["ETag"] == f'"{shown["bundle"]["sha256"]}"'


def test_the_night_and_a_command_make_them(capsys):
    HubFactory()
    tasks.publish_open_data.func(timestamp=0)
    assert editions.current()
    call_command("publish_open_data")
    assert "Unchanged" in capsys.readouterr().out


# --- On their way out ---------------------------------------------------------------------------------
@pytest.fixture
def file(client):
    HubFactory.create_batch(3)
    editions.publish()
    return body(client.get("/open-data/hubs.parquet"))


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [("bytes=0-3", 0, 4), ("bytes=4-", 4, None), ("bytes=-8", -8, None), ("bytes=0-99999999", 0, None)]
    + [
        (f"bytes=4-{'9' * 5000}", 4, None),
        (f"bytes=-{'9' * 5000}", 0, None),
        (f"bytes={'0' * 5000}-3", 0, 4),
    ],
)
def test_a_part_can_be_asked_for(client, file, asked, begin, end):
    response = client.get("/open-data/hubs.parquet", headers={"Range": asked})
    content = body(response)
    assert response.status_code == 206
    assert content == file[begin:end]
    first = begin % len(file) if begin < 0 else begin
    assert response["Content-Range"] == f"bytes {first}-{first + len(content) - 1}/{len(file)}"
    assert response["Content-Length"] == str(len(content))


@pytest.mark.parametrize("first", [0, 10**20, "9" * 5000])
def test_a_part_beyond_the_end_is_refused(client, file, first):
    asked = f"bytes={first or len(file)}-"
    response = client.get("/open-data/hubs.parquet", headers={"Range": asked})
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(file)}")


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "bytes=0-1,4-5", "lines=0-1", "bytes=x-y", "bytes=٣-"]
)
def test_a_part_nobody_understands_is_the_whole(client, file, asked):
    response = client.get("/open-data/hubs.parquet", headers={"Range": asked})
    assert (response.status_code, body(response)) == (200, file)


def test_a_part_of_another_version_is_the_whole(client, file):
    headers = {"Range": "bytes=0-3", "If-Range": '"another"'}
    response = client.get("/open-data/hubs.parquet", headers=headers)
    assert (response.status_code, body(response)) == (200, file)


def test_files_say_what_they_are(client, file, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.head("/open-data/hubs.parquet")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/vnd.apache.parquet"
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Length"] == str(len(file))
    assert response["Cache-Control"] == "public, max-age=300"
    assert 'filename="hubs.parquet"' in response["Content-Disposition"]
    again = client.get("/open-data/hubs.parquet", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["applications", "vouchers", "nothing"])
def test_nothing_else_is_served(client, file, name):
    assert client.get(f"/open-data/{name}.parquet").status_code == 404


@pytest.mark.parametrize("address", ["hubs.parquet", "wecd-open-data.zip", "manifest.json"])
def test_before_the_first_night_there_are_none(client, address):
    assert client.get(f"/open-data/{address}").status_code == 404
