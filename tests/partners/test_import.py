"""Partners and enterprises from a file, in the back office: the trial, the button, who may."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Enterprise
from partners.models import Partner
from tests.accounts.factories import UserFactory, enterprise_number
from tests.partners.factories import PartnerFactory
from wecd.common import journal

pytestmark = pytest.mark.django_db
PARTNERS, ENTERPRISES = "/admin/partners/partner/import/", "/admin/accounts/enterprise/import/"
ONE = "code;name\r\nkikk;KIKK\r\n"


def send(client, address, text: str, name="file.csv", encoding="cp1252"):
    return client.post(address, {"file": SimpleUploadedFile(name, text.encode(encoding))})


def test_a_trial_then_one_press(client, manager):
    there = PartnerFactory(code="wd", name="Wallonie Design", city="Liège")
    client.force_login(manager)
    text = "Code;Name;City;description_fr\r\nwd;Wallonie Design;Liege;Créer\r\nkikk;KIKK;Namur;\r\n"

    trial = send(client, PARTNERS, text)

    assert trial.status_code == 200
    assert trial.context["report"].counts == {"new": 1, "changed": 1, "same": 0, "wrong": 0}
    assert Partner.objects.count() == 1
    page = trial.content.decode()
    assert "Import 2 rows" in page
    rows = re.search(r'name="rows" value="([^"]+)"', page)[1]

    done = client.post(PARTNERS, {"rows": rows}, follow=True)

    there.refresh_from_db()
    assert (there.city, there.description_fr) == ("Liege", "Créer")
    assert Partner.objects.get(code="kikk").name == "KIKK"
    assert "1 added, 1 changed" in done.content.decode()
    assert journal.entries_about(there).get().facts["changed"] == ["city", "description_fr"]


def test_what_was_tried_is_what_is_imported(client, manager, officer):
    client.force_login(manager)
    rows = send(client, PARTNERS, ONE).context["rows"]
    answer = client.post(PARTNERS, {"rows": rows[:-3] + "abc"})
    assert (answer.status_code, answer.context["refused"][:10]) == (422, "This trial")
    client.force_login(officer)
    assert client.post(PARTNERS, {"rows": rows}).status_code == 403
    assert not Partner.objects.exists()


def test_somebody_elses_trial_is_not_mine(client, manager):
    client.force_login(UserFactory(roles=["manager"]))
    rows = send(client, PARTNERS, ONE).context["rows"]
    client.force_login(manager)
    assert client.post(PARTNERS, {"rows": rows}).status_code == 422


def test_what_became_wrong_since_the_trial_is_said_and_nothing_is_written(client, officer):
    client.force_login(officer)
    first, second = enterprise_number(940), enterprise_number(941)
    text = f"number;name;legal_form;postal_code\r\n{first};A;SRL;5000\r\n{second};B;SRL;5000\r\n"
    rows = send(client, ENTERPRISES, text).context["rows"]
    officer.groups.clear()
    assert client.post(ENTERPRISES, {"rows": rows}).status_code == 403
    assert not Enterprise.objects.exists()


def test_mistakes_show_row_and_column(client, officer):
    client.force_login(officer)
    answer = send(client, ENTERPRISES, "number;name\r\n0403019262;X\r\n")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was imported" in page
    assert re.search(r"<td>2</td><td>Enterprise number</td>", page)
    assert 'name="rows"' not in page


def test_officers_import_enterprises_from_xlsx(client, officer):
    client.force_login(officer)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{ENTERPRISES}template.xlsx/").content))
    sheet = book.worksheets[0]
    assert sheet["A1"].value == "Enterprise number"
    number = enterprise_number(950)
    labels = [cell.value for cell in sheet[1]]
    cells = {"Enterprise number": int(number), "Name": "Zoé", "Legal form": "SRL", "Postal code": 5000}
    sheet.append([cells.get(label) for label in labels])
    file = io.BytesIO()
    book.save(file)
    trial = client.post(ENTERPRISES, {"file": SimpleUploadedFile("e.xlsx", file.getvalue())})
    assert trial.context["report"].is_whole, trial.context["report"].wrong
    client.post(ENTERPRISES, {"rows": trial.context["rows"]})
    assert Enterprise.objects.get().number == number


@pytest.mark.parametrize("who", ["finance", "communication", "auditor", "partner_editor", "hub_manager"])
def test_nobody_else_imports(request, client, who):
    client.force_login(request.getfixturevalue(who))
    for address in (PARTNERS, ENTERPRISES):
        assert client.get(address).status_code == 403
        assert send(client, address, ONE).status_code == 403
        assert client.get(f"{address}template.csv/").status_code == 403
    assert not Partner.objects.filter(code="kikk").exists()


def test_an_officer_does_not_import_partners(client, officer):
    client.force_login(officer)
    assert client.get(PARTNERS).status_code == 403
    assert PARTNERS not in client.get("/admin/partners/partner/").content.decode()
    assert ENTERPRISES in client.get("/admin/accounts/enterprise/").content.decode()


def test_a_file_is_asked_for(client, manager):
    client.force_login(manager)
    answer = client.post(PARTNERS, {})
    assert (answer.status_code, "Choose a file." in answer.content.decode()) == (422, True)
    assert client.get(PARTNERS).status_code == 200
