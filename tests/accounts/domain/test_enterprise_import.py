"""Enterprises from a file: tried first, then all or nothing."""

import pytest
from django.utils import translation

from accounts.domain.enterprise_import import EnterpriseImporter
from accounts.models import Enterprise, Membership, Site
from tests.accounts.factories import EnterpriseFactory, enterprise_number
from wecd.common import imports, journal
from wecd.common.models import JournalEntry
from wecd.common.sheets import Sheet
from wecd.common.workflow import Refused

pytestmark = pytest.mark.django_db
HEADER = ["number", "name", "legal_form", "postal_code"]
NUMBER = enterprise_number(900)
WHOLE = {
    "number": NUMBER,
    "name": "Atelier Neuf",
    "legal_form": "srl",
    "postal_code": "5000",
    "vat": f"BE{NUMBER}",
    "founded_on": "01/03/2015",
    "headcount": "8",
    "turnover": "900 000,50",
    "balance_sheet": "400.000",
    "size": "Micro",
    "nace": "74.120 74201",
    "nace_revision": "2025",
    "street": "Rue de Fer 1",
    "municipality": "",
    "phone": "081 22 33 44",
    "website": "atelier.example",
    "iban": "BE68 5390 0754 7034",
}


def run(officer, *rows, header=HEADER, save=True):
    sheet = Sheet(list(header), [(n, list(row)) for n, row in enumerate(rows, start=2)])
    return imports.run(EnterpriseImporter(), sheet, by=officer, save=save)


def mistakes(report) -> list[tuple[int, str]]:
    return [(result.number, mistake.column) for result in report.wrong for mistake in result.mistakes]


def test_a_trial_leaves_nothing(officer):
    report = run(officer, [NUMBER, "Atelier Neuf", "SRL", "5000"], save=False)
    assert report.counts == {"new": 1, "changed": 0, "same": 0, "wrong": 0}
    assert not Enterprise.objects.exists()
    assert not JournalEntry.objects.exists()


def test_a_new_enterprise_is_registered_as_by_hand(officer):
    report = run(officer, list(WHOLE.values()), header=list(WHOLE))
    assert report.is_whole, mistakes(report)
    made = Enterprise.objects.get()
    assert (made.name, made.legal_form, made.has_vat, made.size_class) == (
        "Atelier Neuf",
        "srl",
        True,
        "micro",
    )
    assert (str(made.turnover), str(made.balance_sheet)) == ("900000.50", "400000.00")
    assert (made.website, made.iban) == ("https://atelier.example", "BE68539007547034")
    assert (made.registered_office.municipality, made.registered_office.refnis) == ("Namur", "92094")
    assert {(each.code, each.is_main) for each in made.activities.all()} == {
        ("74120", True),
        ("74201", False),
    }
    assert made.undertaking.name == "Atelier Neuf"
    assert not Membership.objects.exists()
    assert journal.entries_about(made).get().verb == "accounts.enterprise.create"


def test_the_same_file_again_changes_nothing(officer):
    run(officer, list(WHOLE.values()), header=list(WHOLE))
    before = JournalEntry.objects.count()
    report = run(officer, list(WHOLE.values()), header=list(WHOLE))
    assert report.counts == {"new": 0, "changed": 0, "same": 1, "wrong": 0}
    assert JournalEntry.objects.count() == before


def test_a_known_number_is_brought_up_to_date_and_empty_cells_leave_what_is(officer):
    there = EnterpriseFactory(name="Before")
    other = there.sites.create(postal_code="4000", municipality="Liège")
    report = run(officer, [there.number, "After", "", "5100"])
    there.refresh_from_db()
    assert report.counts["changed"] == 1
    assert (there.name, there.legal_form, there.iban[-4:]) == ("After", "srl", "7034")
    assert there.registered_office.postal_code == "5100"
    assert Site.objects.filter(pk=other.pk).exists()
    changed = {label: (old, new) for label, old, new in report.results[0].changes}
    assert changed["Name"] == ("Before", "After")
    assert changed["Street and number"] == ("Rue de Fer 1, 5000 Namur", "Rue de Fer 1, 5100 Namur")
    assert journal.entries_about(there).get().verb == "accounts.enterprise.update"


def test_one_mistake_and_nothing_is_written(officer):
    bad = [enterprise_number(901), "Bad", "SRL", "nowhere"]
    report = run(officer, [NUMBER, "Good", "SRL", "5000"], bad)
    assert mistakes(report) == [(3, "Municipality")]
    assert report.counts["new"] == 1
    assert not Enterprise.objects.exists()
    assert not JournalEntry.objects.exists()


WRONG = [
    ({"number": "0403019262"}, "Enterprise number"),
    ({"number": ""}, "Enterprise number"),
    ({"name": ""}, "Name"),
    ({"name": "=HYPERLINK(1)"}, "Name"),
    ({"name": "x" * 201}, "Name"),
    ({"legal_form": "Ltd"}, "Legal form"),
    ({"vat": "BE0403019261"}, "VAT"),
    ({"vat": "perhaps"}, "VAT"),
    ({"founded_on": "31/02/2015"}, "Founded on"),
    ({"headcount": "-3"}, "Headcount"),
    ({"turnover": "a lot"}, "Turnover"),
    ({"nace": "74120"}, "NACE revision"),
    ({"nace": "design", "nace_revision": "2025"}, "NACE codes"),
    ({"nace": "74120", "nace_revision": "2019"}, "NACE revision"),
    ({"postal_code": "5000", "municipality": "Dinant"}, "Municipality"),
    ({"headcount": "8", "turnover": "1000", "size": "large"}, "Size"),
    ({"iban": "BE00 0000 0000 0000"}, "Bank account (IBAN)"),
    ({"website": "not a site"}, "Website"),
]


@pytest.mark.parametrize(("cells", "column"), WRONG)
def test_each_mistake_is_named_by_row_and_column(officer, cells, column):
    row = {"number": NUMBER, "name": "Good", "legal_form": "SRL", "postal_code": "5000"} | cells
    report = run(officer, list(row.values()), header=list(row))
    assert mistakes(report) == [(2, column)]
    assert report.wrong[0].mistakes[0].message
    assert not Enterprise.objects.exists()


def test_the_same_number_twice_is_a_mistake(officer):
    row = [NUMBER, "Twice", "SRL", "5000"]
    assert mistakes(run(officer, row, row)) == [(3, "Enterprise number")]


def test_headings_words_and_messages_in_french(officer):
    with translation.override("fr"):
        labels = [str(column.label) for column in EnterpriseImporter.columns[:3]]
        report = run(officer, ["0403019262", "Bon", "SRL"], header=labels)
        message = report.wrong[0].mistakes[0].message
    assert report.wrong[0].mistakes[0].column == labels[0]
    assert "numéro" in message


def test_unknown_columns_are_named_and_left_out(officer):
    report = run(officer, [NUMBER, "Good", "SRL", "5000", "x"], header=[*HEADER, "Colour"])
    assert report.ignored == ["Colour"]
    assert Enterprise.objects.count() == 1


@pytest.mark.parametrize("header", [["name"], ["number", "number"]])
def test_a_file_without_its_key_or_with_two_is_refused(officer, header):
    with pytest.raises(Refused):
        run(officer, ["x", "y"], header=header)


@pytest.mark.parametrize("rows", [1, 3])
def test_rows_left_alone_cost_a_savepoint_each(officer, rows, django_assert_num_queries):
    made = [EnterpriseFactory(name=f"E{n}") for n in range(rows)]
    assert officer.role_names  # read once a request
    with django_assert_num_queries(5 + 2 * rows):
        run(officer, *([row.number, row.name, "SRL", "5000"] for row in made))
