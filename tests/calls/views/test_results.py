"""The pages and the file of results."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import translation

from calls.domain import results
from calls.domain.results import Tally, Totals
from calls.views import results_words as words
from tests.accounts.factories import EnterpriseFactory
from tests.actions.factories import AxisFactory
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.grants.factories import AwardFactory
from wecd.common import context

pytestmark = pytest.mark.django_db
PERSON = {"name": "Zoé Quelquun", "legal_form": "self_employed", "office__municipality": "Verviers"}


def award(**given):
    given.setdefault("approved_at", datetime(2026, 10, 13, 9, tzinfo=UTC))
    return AwardFactory(approved=True, **given)


def lines_of(response) -> list[dict]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("rows", [1, 3])
def test_list_query_count(client, monkeypatch, rows, django_assert_num_queries):
    monkeypatch.setattr(context, "_footer_partners", None)
    for n in range(rows):
        call = CallFactory()
        given = award(title=f"Projet {n}", envelope=call.envelope)
        ApplicationFactory(submitted=True, call=call, award=given)
    with django_assert_num_queries(7):
        page = client.get("/en/results/").content.decode()
    assert len(re.findall(r"Projet \d</a>", page)) == rows


def test_page_of_an_award_query_count(client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(context, "_footer_partners", None)
    given = award()
    with django_assert_num_queries(1):
        client.get(f"/en/results/{given.pk}/")


def test_the_reason_stands_beside_the_amount(client):
    award(title="Couverture", reasons="Un geste simple : un vrai marché.", amount=6000)
    page = client.get("/en/results/").content.decode()
    row = re.search(r"<tr><td class=\"nowrap\".*?</tr>", page, re.DOTALL)[0]
    for text in ("Couverture", "Un geste simple\u00a0: un vrai marché.", "€6,000", "13/10/2026"):
        assert text in row
    assert "All of it was decided in October 2026" in page


def test_quarters_are_told_apart_without_colour_and_add_up_in_the_table(client):
    finance = AxisFactory(
        mark="finance", slug="finance", name_fr="Financement", short_name_fr="Financement", position=1
    )
    networks = AxisFactory(
        mark="networks", slug="networks", name_fr="Réseaux", short_name_fr="Réseaux", position=2
    )
    award(amount=1000, envelope__action__axis=finance)
    award(amount=3000, envelope__action__axis=networks)
    page = client.get("/fr/results/").content.decode()
    columns = re.search(r'<svg class="columns".*?</svg></svg></svg>', page, re.DOTALL)[0]
    assert 'class="axis-finance solid"' in columns
    assert 'class="axis-networks hatched"' in columns
    assert 'fill="url(#hatch-networks)"' in columns
    table = re.search(r'<details class="figures">.*?</details>', page, re.DOTALL)[0]
    sums = [text.replace("\u202f", "").replace("\u00a0", "") for text in re.findall(r">([^<>]*€)<", table)]
    assert sums == ["1000€", "3000€", "4000€"]


@pytest.mark.parametrize("address", ["/en/results/", "/en/results/{pk}/"])
def test_a_natural_person_is_named_nowhere(client, address):
    person = EnterpriseFactory(**PERSON, office__postal_code="4800")
    given = award(enterprise=person)
    page = client.get(address.format(pk=given.pk)).content.decode()
    assert "Self-employed person, province: Liège" in page
    for secret in ("Quelquun", person.number, "Verviers", "4800"):
        assert secret not in page


def test_a_natural_person_is_nowhere_in_the_file(client):
    person = EnterpriseFactory(**PERSON, office__postal_code="4800")
    award(enterprise=person)
    (line,) = lines_of(client.get("/en/results/awards.csv"))
    assert (line["enterprise"], line["enterprise_number"], line["municipality"]) == ("", "", "")
    assert line["nuts2"] == "BE33"
    assert "4800" not in str(line)


def test_the_file_has_exactly_the_rows_of_the_filter_in_the_order_of_the_list(client, monkeypatch):
    monkeypatch.setattr(results, "CSV_PAGE", 2)
    call = CallFactory(code="CC-9", title_fr="Chèque")
    for n in range(5):
        given = award(
            title=f"Bol {n}", envelope=call.envelope, approved_at=datetime(2026, 1, n + 1, tzinfo=UTC)
        )
        ApplicationFactory(submitted=True, call=call, award=given)
    award(title="Autre")
    AwardFactory(title="Bol proposé")
    lines = lines_of(client.get("/fr/results/awards.csv?q=bol"))
    assert [line["project"] for line in lines] == [f"Bol {n}" for n in (4, 3, 2, 1, 0)]
    assert lines[0]["call"] == "CC-9"
    assert lines[0]["amount_eur"] == "6000.00"
    assert lines[0]["decided_on"] == "2026-01-05"
    page = client.get("/fr/results/?q=bol").content.decode()
    assert "/fr/results/awards.csv?q=bol" in page
    assert re.findall(r">(Bol \d)</a>", page) == [line["project"] for line in lines]


@pytest.mark.parametrize(
    ("title", "cell"),
    [(each, f"'{each}") for each in ("=HYPERLINK(1)", "+1", "-1", "@x")]
    + [("\t=1", "'\t'=1"), ("A;=1", "A;'=1")],
)
def test_no_cell_is_a_formula(client, title, cell):
    award(title=title, reasons="=1+1")
    (line,) = lines_of(client.get("/en/results/awards.csv"))
    assert line["project"] == cell
    assert line["reasons"] == "'=1+1"


def test_the_file_says_its_licence(client):
    response = client.get("/en/results/awards.csv")
    assert response["Link"] == '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
    assert lines_of(response) == []


def test_nothing_yet_and_nothing_that_fits_say_what_to_do(client):
    assert "Nothing has been decided yet" in client.get("/en/results/").content.decode()
    award()
    page = client.get("/en/results/?q=zzz").content.decode()
    assert "No award fits this choice" in page
    assert "See every award" in page


def test_chosen_filters_can_be_taken_away_one_by_one(client):
    award(title="Bol bleu")
    page = client.get("/en/results/?q=bol&year=2026").content.decode()
    assert 'href="?year=2026"' in page
    assert 'href="?q=bol"' in page


def test_an_award_has_a_page_of_its_own_for_as_long_as_it_is_in_force(client):
    call = CallFactory(title_fr="Chèque créativité")
    given = award(envelope=call.envelope, reasons="Clair.", title="Bol & Cie")
    ApplicationFactory(submitted=True, call=call, award=given)
    response = client.get(f"/en/results/{given.pk}/")
    page = response.content.decode()
    for text in ("Bol &amp; Cie", "Clair.", "€6,000", "€8,000", "75%", "€2,000", "Chèque créativité"):
        assert text in page
    data = json.loads(json.dumps(response.context["seo"].data[0]))
    assert (data["@type"], data["amount"]["value"]) == ("MonetaryGrant", "6000.00")
    assert data["fundedItem"]["name"] == given.enterprise.name
    type(given).objects.filter(pk=given.pk).update(state="released")
    assert client.get(f"/en/results/{given.pk}/").status_code == 404
    assert client.get(f"/en/results/{uuid4()}/").status_code == 404


def test_a_grant_to_a_person_names_nobody(client):
    given = award(enterprise=EnterpriseFactory(**PERSON))
    data = client.get(f"/en/results/{given.pk}/").context["seo"].data[0]
    assert "fundedItem" not in data


# --- Findings -------------------------------------------------------------------------------------------
def totals(**months) -> Totals:
    found = Totals()
    for name, amount in months.items():
        day = date(2026, int(name[1:]), 1)
        found.months[(day, "business")] = Tally(1, Decimal(amount))
    found.axes["business"] = sum(found.months.values(), Tally())
    return found


@pytest.mark.parametrize(
    ("months", "title"),
    [
        ({"m3": 100}, "All of it was decided in March 2026"),
        ({"m3": 300, "m4": 100, "m6": 100}, "More than half of the money was decided in March 2026: €300"),
        ({"m3": 120, "m4": 100, "m6": 100}, "The most money was decided in March 2026: €120"),
    ],
)
def test_the_title_of_the_columns_is_what_they_show(months, title):
    with translation.override("en"):
        assert words.over_time(totals(**months), [])["title"] == title


@pytest.mark.parametrize("highest", [1, 99, 100, 101, 2400, 77079, 250000, 999999, 12345678])
def test_no_column_leaves_its_plot(highest):
    step, top = words._grid(Decimal(highest))
    assert top >= highest
    assert top / step <= 4
    assert top % step == 0


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (
            {"BE31": 1, "BE32": 2, "BE33": 3, "BE34": 1, "BE35": 1},
            "Every province has its share, Liège the largest",
        ),
        ({"BE33": 3, "": 9}, "All of it went to one province: Liège"),
        ({"BE33": 3, "BE32": 9}, "Hainaut has the most, 3 provinces nothing"),
        ({"BE31": 1, "BE32": 9, "BE33": 3, "BE35": 1}, "Hainaut has the most, one province nothing"),
        ({"": 9}, "None of it went to a province of Wallonia"),
    ],
)
def test_the_title_of_the_map_is_what_it_shows(given, title):
    found = Totals(provinces={code: Tally(1, Decimal(amount)) for code, amount in given.items()})
    with translation.override("en"):
        shown = words.by_province(found)
    assert shown["title"] == title
    assert [row["shade"] > 0 for row in shown["rows"]] == [row["tally"].count > 0 for row in shown["rows"]]


def test_sizes_that_are_not_known_are_not_counted_as_small():
    found = Totals(
        sizes={"micro": Tally(1, Decimal(1)), "medium": Tally(1, Decimal(1)), "": Tally(8, Decimal(8))},
        axes={"business": Tally(10, Decimal(10))},
    )
    with translation.override("en"):
        assert words.by_size(found)["title"] == "50% of the awards go to micro and small enterprises"


def test_shares_never_round_something_to_nothing_nor_to_everything():
    assert [words.share(part, 1000) for part in (0, 1, 999, 1000)] == [0, 1, 99, 100]
    assert words.share(0, 0) == 0
