"""What every list does, tested on every resource."""

import csv
import io
import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.api import rows
from wecd.api.urls import RESOURCES

pytestmark = pytest.mark.django_db
BY_NAME = {resource.name: resource for resource in RESOURCES}
# Open data: the page. With a key: the key, the page from among everybody's rows and, since that is not full,
# the page from the partner's own (wecd.common.rest.pages).
QUERIES = {True: 1, False: 3}


@pytest.fixture
def make(action, officer, manager):
    return lambda name: rows.make(name, action, officer, manager)


@pytest.mark.parametrize("name", rows.ALL)
@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_one_query(name, count, make, partner, anonymous, django_assert_num_queries):
    made = {str(make(name).pk) for _ in range(count)}
    is_open = BY_NAME[name].open
    client = anonymous if is_open else partner
    client.get(name)  # the key's use is noted once a minute, its limits take a lease
    with django_assert_num_queries(QUERIES[is_open]):
        found = client.results(name, page_size=500)
    assert made <= {row["id"] for row in found}
    assert len(found) == BY_NAME[name].model.objects.count()


@pytest.mark.parametrize("name", rows.ALL)
def test_a_row_has_the_members_of_its_declaration(name, make, partner):
    made = make(name)
    row = partner.json(f"{name}/{made.pk}")
    resource = BY_NAME[name]
    public = {name for name, each in resource().all_fields.items() if not each.scope}
    assert list(row) == [name for name in resource.fields | resource.more_fields if name in public]
    listed = next(each for each in partner.results(name, page_size=500) if each["id"] == str(made.pk))
    assert list(listed) == [name for name in resource.fields if name in public]
    assert not re.search(r'"id": *\d', json.dumps(row))


@pytest.mark.parametrize("name", rows.ALL)
@pytest.mark.parametrize("slash", ["", "/"])
def test_addresses_work_with_and_without_a_slash(name, slash, make, partner):
    made = make(name)
    assert partner.get(f"{name}{slash}").status_code == 200
    assert partner.get(f"{name}/{made.pk}{slash}").status_code == 200


@pytest.mark.parametrize("name", rows.ALL)
def test_a_row_that_is_not_there_is_a_404(name, partner):
    response = partner.get(f"{name}/{uuid4()}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", rows.ALL)
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_ordering_pages_completely_both_ways(name, sign, make, partner):
    made = {str(make(name).pk) for _ in range(5)}
    resource = BY_NAME[name]
    same = timezone.now()
    resource.model.objects.update(created_at=same)  # all tied
    everything = {str(pk) for pk in resource.model.objects.values_list("pk", flat=True)}
    for ordering in resource().orderings():
        pages, address = [], f"/api/v1/{name}?page_size=2&ordering={sign}{ordering}"
        while address:
            page = partner.json(address)
            pages.append([row["id"] for row in page["results"]])
            last, address = page, page["next"]
        forward = [pk for page in pages for pk in page]
        assert len(forward) == len(set(forward))
        assert set(forward) == everything >= made
        back = [pages[-1]]
        while last["previous"]:
            last = partner.json(last["previous"])
            back.insert(0, [row["id"] for row in last["results"]])
        assert back == pages


def test_rows_written_meanwhile_shift_nothing(make, anonymous):
    first = [str(make("calls").pk) for _ in range(4)]
    page = anonymous.json("calls", page_size=2, ordering="created_at")
    seen = [row["id"] for row in page["results"]]
    late = make("calls")
    type(late).objects.filter(pk=late.pk).update(created_at=timezone.now() - timedelta(days=9))
    while page["next"]:
        page = anonymous.json(page["next"])
        seen += [row["id"] for row in page["results"]]
    assert seen == first


def test_links_keep_what_was_asked(make, anonymous):
    for _ in range(3):
        make("calls")
    page = anonymous.json(
        "calls", page_size=1, fields="code", ordering="-created_at", kind="creative_voucher"
    )
    following = anonymous.json(page["next"])
    assert list(following["results"][0]) == ["code"]
    assert "kind=creative_voucher" in following["next"]
    assert following["next"].startswith("http://testserver/api/v1/calls?")


def test_a_cursor_that_is_not_ours_or_of_another_ordering(make, anonymous):
    for _ in range(2):
        make("calls")
    cursor = re.search(r"cursor=([^&]+)", anonymous.json("calls", page_size=1)["next"])[1]
    for wrong in ("x", cursor[:-1] + "_", "eyJhIjoxfQ"):
        assert fault(anonymous.get("calls", cursor=wrong)) == ["cursor"]
    assert fault(anonymous.get("calls", cursor=cursor, ordering="created_at")) == ["cursor"]
    assert len(anonymous.results("calls", cursor=cursor)) == 1


def fault(response) -> list[str]:
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["status"] == 400
    return [error["field"] for error in body["errors"]]


@pytest.mark.parametrize("name", rows.ALL)
def test_an_unknown_parameter_is_named(name, partner):
    response = partner.get(name, colour="red", page_size=2)
    assert fault(response) == ["colour"]
    assert "“colour”" in json.loads(response.content)["detail"]
    assert fault(partner.get(f"{name}/{uuid4()}", page_size=2)) == ["page_size"]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("page_size", "0"),
        ("page_size", "501"),
        ("page_size", "many"),
        ("page_size", "²"),
        ("ordering", "title"),
        ("fields", "code,colour"),
        ("format", "xml"),
        ("count", "yes"),
        ("updated_since", "yesterday"),
        ("updated_since", "2026-12-01T08:00:00"),
        ("updated_since", "2026-13-01T08:00:00Z"),
        ("search", ""),
        ("search", "a\0b"),
        ("search", "\u3000\ufeff"),
        ("code", " \u2003"),
        ("code", "\0"),
        ("code", "x" * 201),
        ("phase", "draft"),
        ("closes_after", "2026-12-01"),
        ("kind", "lottery"),
    ],
)
def test_a_wrong_value_is_named(parameter, value, anonymous):
    assert fault(anonymous.get("calls", **{parameter: value})) == [parameter]


@pytest.mark.parametrize("parameter", ["search", "code"])
@pytest.mark.parametrize("value", ["\x1f", "\x85 "])
def test_what_only_python_takes_for_space_is_looked_for(parameter, value, anonymous, make):
    """The schema's pattern lets it through; were it trimmed away, every row would be found."""
    make("calls")
    assert anonymous.results("calls", **{parameter: value}) == []


def test_every_mistake_is_told_at_once_and_in_english(anonymous):
    response = anonymous.client.get(
        "/api/v1/awards?nuts2=XX&amount_min=much&enterprise_number=1", headers={"Accept-Language": "fr"}
    )
    assert fault(response) == ["nuts2", "amount_min"]
    assert "Select a valid choice" in response.content.decode()
    assert fault(anonymous.client.get("/api/v1/calls?page_size=1&page_size=2")) == ["page_size"]


def test_fields_chooses_and_keeps_the_order_asked(make, anonymous):
    make("calls")
    assert [list(row) for row in anonymous.results("calls", fields="title,id,description")] == [
        ["title", "id", "description"]
    ]


@pytest.mark.parametrize("name", rows.ALL)
def test_updated_since(name, make, partner):
    old, new = make(name), make(name)
    model = BY_NAME[name].model
    model.objects.update(updated_at=timezone.now() - timedelta(days=2))
    edge = timezone.now() - timedelta(hours=1)
    model.objects.filter(pk=new.pk).update(updated_at=edge)
    found = [row["id"] for row in partner.results(name, updated_since=edge.isoformat(), page_size=500)]
    assert found == [str(new.pk)]
    assert str(old.pk) not in found
    again = partner.results(
        name, updated_since=partner.results(name, updated_since=edge.isoformat())[0]["updated_at"]
    )
    assert [row["id"] for row in again] == [str(new.pk)]


def test_count_on_demand(make, anonymous):
    for _ in range(3):
        make("calls")
    assert "count" not in anonymous.json("calls")
    exact = anonymous.json("calls", count="exact", page_size=1)
    assert (exact["count"], exact["count_is"]) == (3, "exact")
    estimate = anonymous.json("calls", count="estimate")
    assert estimate["count_is"] == "estimate"
    assert isinstance(estimate["count"], int)
    assert anonymous.json("calls", count="exact", code="none")["count"] == 0
    assert anonymous.get("calls", count="exact", format="csv", page_size=1)["X-Total-Count"] == "3"


@pytest.mark.parametrize("name", rows.ALL)
def test_ndjson_and_csv_have_the_rows_of_the_json(name, make, partner):
    for _ in range(3):
        make(name)
    expected = partner.results(name, page_size=500)

    ndjson = partner.get(name, format="ndjson", page_size=500)
    assert ndjson["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in ndjson.content.decode().splitlines()] == expected

    answer = partner.get(name, format="csv", page_size=500)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [line["id"] for line in table] == [row["id"] for row in expected]
    assert None not in table[0]


def test_csv_columns_and_accept(make, anonymous):
    award = make("awards")
    answer = anonymous.client.get("/api/v1/awards", headers={"Accept": "text/csv"})
    line = next(csv.DictReader(io.StringIO(answer.content.decode())))
    assert (line["amount.amount"], line["amount.currency"]) == ("6000.00", "EUR")
    assert line["enterprise.number"] == award.enterprise.number
    assert line["call.title.fr"] == award.application.call.title
    ndjson = anonymous.client.get("/api/v1/awards", headers={"Accept": "application/x-ndjson"})
    assert ndjson["Content-Type"] == "application/x-ndjson"
    browser = anonymous.client.get("/api/v1/awards", headers={"Accept": "text/html,*/*;q=0.8"})
    assert browser["Content-Type"] == "application/json"


def test_csv_is_safe_to_open_in_a_spreadsheet(make, anonymous):
    award = make("awards")
    type(award).objects.update(title='=HYPERLINK("http://evil")', reference="-1+2", rate="-0.5")
    answer = anonymous.get("awards", format="csv", fields="title,reference,rate")
    line = next(csv.DictReader(io.StringIO(answer.content.decode())))
    assert line["title"] == '\'=HYPERLINK("http://evil")'
    assert line["reference"] == "'-1+2"
    assert line["rate"] == "-0.50"


def test_csv_pages_by_the_link_header(make, anonymous):
    made = [str(make("calls").pk) for _ in range(3)]
    seen, address = [], "/api/v1/calls?format=csv&fields=id&page_size=1&ordering=created_at"
    while address:
        answer = anonymous.get(address)
        seen += answer.content.decode().split()[1:]
        following = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        address = following and following[1].removeprefix("http://testserver")
    assert seen == made


@pytest.mark.parametrize("name", rows.ALL)
def test_etag(name, make, partner):
    made = make(name)
    for address in (f"/api/v1/{name}", f"/api/v1/{name}/{made.pk}"):
        etag = partner.get(address)["ETag"]
        same = partner.client.get(address, headers={"If-None-Match": etag})
        assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)
        other = partner.client.get(address, headers={"If-None-Match": '"x"'})
        assert other.status_code == 200
    BY_NAME[name].model.objects.filter(pk=made.pk).update(updated_at=timezone.now())
    assert partner.client.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_what_caches_may_keep(make, anonymous, partner):
    make("applications")
    assert anonymous.get("calls")["Cache-Control"] == "public, max-age=60"
    assert partner.get("calls")["Cache-Control"] == "private, no-cache"
    assert partner.get("applications")["Cache-Control"] == "private, no-cache"
    assert "Authorization" in anonymous.get("calls")["Vary"]


@pytest.mark.parametrize("name", rows.ALL)
def test_search_finds_each_word(name, make, partner):
    make(name)
    assert partner.results(name, search="zzz-nothing") == []


def test_search_in_titles(make, anonymous):
    wanted, other = make("calls"), make("calls")
    type(wanted).objects.filter(pk=wanted.pk).update(title_fr="Chèque créativité : l’hiver")
    assert [row["id"] for row in anonymous.results("calls", search="hiver chèque")] == [str(wanted.pk)]
    assert str(other.pk) in [row["id"] for row in anonymous.results("calls", search="chèque")]


def test_head_and_options(anonymous, make):
    make("calls")
    assert anonymous.client.head("/api/v1/calls")["ETag"] == anonymous.get("calls")["ETag"]
    assert anonymous.client.options("/api/v1/calls").status_code == 200
