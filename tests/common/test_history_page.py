"""The history of a row staff edited: each version, its difference, who made it."""

from html import unescape

import pghistory
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from accounts.domain import enterprises
from tests.accounts.factories import EnterpriseFactory, UserFactory
from tests.back_office import as_posted
from tests.calls.factories import CallFactory, StrandFactory
from tests.partners.factories import PartnerFactory
from wecd.common import versions

pytestmark = pytest.mark.django_db


def history(row) -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/history/"


def change(client, row, **fields):
    """Post the row's change form as the signed-in person, in a request as real as any."""
    address = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
    answer = client.post(address, as_posted(client.get(address)) | fields)
    assert answer.status_code == 302, answer.context["errors"]


def flat(found):
    """[(what became of it, label, old, new)] of every change, newest first."""
    return [
        (part.act, each.label, *(unescape(strip_tags(text)) for text in (each.old, each.new)))
        for version in found
        for part in version.parts
        for each in part.changes
    ]


def by(person):
    return pghistory.context(user=str(person.pk))


def test_a_change_shows_old_new_and_who(client, manager):
    partner = PartnerFactory(name="Before", city="Namur")
    client.force_login(manager)
    change(client, partner, name="After")

    found = client.get(history(partner)).context["versions"]

    changed, made = found[0], found[-1]
    assert ("update", "Name", "Before", "After") in flat([changed])
    assert changed.who == "Maud Manager"
    assert made.parts[0].act == "insert"
    assert made.who == "The portal itself"
    assert ("insert", "City", "", "Namur") in flat([made])


def test_words_that_went_and_came_are_marked():
    old, new = versions.compared("one two three four five", "one two 3 four <b>")
    assert "<del>three </del>" in old
    assert "<ins>3 </ins>" in new
    assert "<b>" not in new  # escaped
    assert "&lt;b&gt;" in new


def test_a_save_that_changes_nothing_is_no_version(client, manager):
    partner = PartnerFactory()
    client.force_login(manager)
    change(client, partner)
    found = client.get(history(partner)).context["versions"]
    assert [part.act for version in found for part in version.parts] == ["insert"]


def test_sites_are_part_of_an_enterprise(client, officer, enterprise):
    office = enterprise.sites.get()
    facts = {key: getattr(office, key) for key in enterprises.SITE_FIELDS} | {"id": office.pk}
    other = facts | {"id": None, "is_registered_office": False, "street": "Rue Neuve 2"}
    with by(officer):
        enterprises.update(enterprise, by=officer, sites=[facts | {"street": "Place d'Armes 3"}, other])
    with by(officer):
        enterprises.update(enterprise, by=officer, sites=[facts | {"street": "Place d'Armes 3"}])
    client.force_login(officer)

    found = flat(client.get(history(enterprise)).context["versions"])

    assert ("update", "Street and number", "Rue de Fer 1", "Place d'Armes 3") in found
    assert ("insert", "Street and number", "", "Rue Neuve 2") in found
    assert ("delete", "Street and number", "Rue Neuve 2", "") in found


def test_what_is_taken_out_of_a_call_and_of_its_form_stays_in_its_history(client, manager, officer):
    call = CallFactory(draft=True)
    with by(officer):
        StrandFactory(call=call, title_fr="Second strand").delete()
        call.form.sections.get().questions.get(key="pitch").delete()
    client.force_login(manager)

    removed = [
        (part.kind, part.name, version.who)
        for version in client.get(history(call)).context["versions"]
        for part in version.parts
        if part.act == "delete"
    ]

    assert ("Strand", "Second strand", officer.name) in removed
    assert ("Question", "Pitch", officer.name) in removed


def test_saving_an_enterprise_unchanged_adds_no_version_of_its_sites(officer, enterprise):
    office = enterprise.sites.get()
    table = versions.table_of(type(office))
    before = table.objects.count()
    facts = {key: getattr(office, key) for key in enterprises.SITE_FIELDS} | {"id": office.pk}
    enterprises.update(enterprise, by=officer, sites=[facts])
    assert table.objects.count() == before


def test_bank_accounts_stay_masked_and_a_change_is_told(client, manager, enterprise):
    enterprises.update(enterprise, by=manager, iban="BE71 0961 2345 6769")
    client.force_login(manager)
    page = client.get(history(enterprise))
    found = [each for each in flat(page.context["versions"]) if each[1] == "IBAN"]
    assert ("update", "IBAN", "BE68 •••• •••• 7034", "BE71 •••• •••• 6769") in found
    assert "539007547034" not in page.content.decode()
    assert "096123456769" not in page.content.decode()


def test_roles_without_personal_data_see_no_names_and_numbers(client, communication, officer, enterprise):
    with by(officer):
        enterprises.update(enterprise, by=officer, phone="081 22 33 44")
    client.force_login(communication)
    page = client.get(history(enterprise))
    assert page.status_code == 200
    text = page.content.decode()
    assert "081 22 33 44" not in text
    assert officer.name not in text
    assert officer.email not in text


@pytest.mark.parametrize("rows", [1, 3])
def test_history_costs_the_same(client, manager, rows):
    enterprise = EnterpriseFactory()
    office = enterprise.sites.get()
    for n in range(rows):
        person = UserFactory(roles=["officer"])
        facts = {key: getattr(office, key) for key in enterprises.SITE_FIELDS} | {"id": office.pk}
        with by(person):
            enterprises.update(
                enterprise, by=person, name=f"Name {n}", sites=[facts | {"street": f"Rue {n}"}]
            )
    client.force_login(manager)
    client.get(history(enterprise))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(history(enterprise)).status_code == 200
    assert len(queries) == HISTORY_QUERIES, "\n".join(each["sql"][:160] for each in queries)


HISTORY_QUERIES = 9


def test_older_versions_follow(client, manager, monkeypatch):
    monkeypatch.setattr(versions, "EVENTS", 2)
    partner = PartnerFactory()
    for n in range(5):
        partner.name = f"Name {n}"
        partner.save()
    # one transaction is one moment: part them, as days do in life
    table = versions.table_of(type(partner))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table._meta.db_table} "
            "SET pgh_created_at = pgh_created_at + pgh_id * interval '1 second'"
        )
    seen, query = [], ""
    client.force_login(manager)
    for _page in range(5):
        context = client.get(history(partner) + query).context
        seen += [each[3] for each in flat(context["versions"]) if each[1] == "Name"]
        if not context["older"]:
            break
        query = f"?before={context['older'].replace('+', '%2B')}"
    assert seen == ["Name 4", "Name 3", "Name 2", "Name 1", "Name 0", partner_name(table, partner)]


def partner_name(table, partner) -> str:
    return table.objects.filter(pgh_obj_id=partner.pk).order_by("pgh_id").first().name


def test_nonsense_in_the_address_is_no_error(client, manager):
    partner = PartnerFactory()
    client.force_login(manager)
    for text in ("x", "2026-13-45T99:99", ""):
        assert client.get(history(partner), {"before": text}).status_code == 200
