import pytest
from django.urls import reverse

from accounts.models import User
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory
from wecd.common import journal
from wecd.common.models import OutboxMessage
from wecd.common.outbox import queue_mail

pytestmark = pytest.mark.django_db
LISTS = ["accounts_enterprise", "accounts_user", "accounts_undertaking"]


def change_url(row):
    return reverse(f"admin:accounts_{row._meta.model_name}_change", args=[row.pk])


def enterprise_form(row, **changes):
    """What the change page of an enterprise posts, unchanged."""
    office, activity = row.sites.get(), row.activities.get()
    sites = {
        "TOTAL_FORMS": 1, "INITIAL_FORMS": 1, "0-id": office.pk, "0-enterprise": row.pk,
        "0-is_registered_office": "on", "0-street": office.street, "0-postal_code": "5000",
        "0-municipality": "Namur", "0-country": "BE", "0-establishment_number": "",
    }  # fmt: skip
    activities = {
        "TOTAL_FORMS": 1, "INITIAL_FORMS": 1, "0-id": activity.pk, "0-enterprise": row.pk,
        "0-revision": "2025", "0-code": activity.code, "0-is_main": "on",
    }  # fmt: skip
    facts = {
        "name": row.name, "number": row.number, "legal_form": row.legal_form, "has_vat": "on",
        "founded_on": "2015-03-01", "headcount": "8", "turnover": "900000", "balance_sheet": "400000",
        "phone": "", "website": "", "iban": "", "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
    }  # fmt: skip
    facts |= {f"sites-{key}": value for key, value in sites.items()}
    facts |= {f"activities-{key}": value for key, value in activities.items()}
    return facts | changes


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_for_one_row_and_three(client, manager, name, rows, django_assert_num_queries):
    for _ in range(rows):
        MembershipFactory()
    client.force_login(manager)
    client.get(reverse(f"admin:{name}_changelist"))  # content types are remembered from here on
    with django_assert_num_queries({"accounts_user": 8}.get(name, 5)):
        response = client.get(reverse(f"admin:{name}_changelist"))
    assert response.status_code == 200
    assert len(response.context["cl"].result_list) >= rows


@pytest.mark.parametrize("who", ["officer", "finance", "auditor", "manager"])
def test_staff_read_and_bank_accounts_stay_masked(request, client, who, enterprise):
    client.force_login(request.getfixturevalue(who))
    for name in LISTS:
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    page = client.get(change_url(enterprise)).content.decode()
    assert "539007547034" not in page.replace(" ", "")
    assert "BE68 •••• •••• 7034" in page


def test_an_enterprise_is_found_by_its_number_with_dots(client, officer, enterprise):
    EnterpriseFactory()
    client.force_login(officer)
    url = reverse("admin:accounts_enterprise_changelist")
    found = client.get(url, {"q": enterprise.number_display}).context["cl"].result_list
    assert list(found) == [enterprise]


def test_changing_an_enterprise_goes_through_the_domain(client, officer, enterprise):
    client.force_login(officer)
    data = enterprise_form(enterprise, name="Ardenne Laine", headcount="60")
    response = client.post(change_url(enterprise), data)
    assert response.status_code == 302, response.context["errors"]
    enterprise.refresh_from_db()
    assert (enterprise.name, enterprise.size_class, enterprise.iban[-4:]) == (
        "Ardenne Laine",
        "medium",
        "7034",
    )
    entry = journal.entries_about(enterprise).get()
    assert (entry.actor, sorted(entry.facts["changed"])) == (officer, ["headcount", "name"])


def test_an_enterprise_needs_its_registered_office_in_the_admin_too(client, officer, enterprise):
    client.force_login(officer)
    data = enterprise_form(enterprise)
    del data["sites-0-is_registered_office"]
    assert client.post(change_url(enterprise), data).status_code == 200
    data = enterprise_form(enterprise, **{"sites-0-municipality": "Dinant"})
    assert client.post(change_url(enterprise), data).status_code == 200
    assert not journal.entries_about(enterprise).exists()


@pytest.mark.parametrize("who", ["finance", "auditor"])
def test_those_who_read_do_not_change(request, client, who, enterprise):
    client.force_login(request.getfixturevalue(who))
    response = client.post(change_url(enterprise), enterprise_form(enterprise, name="x"))
    assert response.status_code == 403
    enterprise.refresh_from_db()
    assert enterprise.name == "Ardenne Textiles"


def test_a_manager_links_and_separates(client, manager, enterprise):
    mother = EnterpriseFactory(name="Mother")
    client.force_login(manager)
    link = reverse("admin:accounts_enterprise_link", args=[enterprise.pk])
    page = client.get(link)
    assert page.status_code == 200
    assert client.post(link, {"with_enterprise": "0403019261", "reason": "x"}).status_code == 200
    client.post(link, {"with_enterprise": mother.number_display, "reason": "Mother holds all shares."})
    enterprise.refresh_from_db()
    assert enterprise.undertaking == mother.undertaking
    separate = reverse("admin:accounts_enterprise_separate", args=[enterprise.pk])
    client.post(separate, {"reason": "Sold."})
    enterprise.refresh_from_db()
    assert enterprise.undertaking != mother.undertaking


def test_an_officer_does_not_link(client, officer, enterprise):
    client.force_login(officer)
    link = reverse("admin:accounts_enterprise_link", args=[enterprise.pk])
    assert client.post(link, {"with_enterprise": enterprise.number, "reason": "x"}).status_code in (302, 403)
    assert not journal.entries_about(enterprise).exists()


def test_registering_leads_to_the_page_everybody_uses(client, officer):
    client.force_login(officer)
    assert "/enterprises/new/?next=/admin/" in client.get(reverse("admin:accounts_enterprise_add")).url


def test_a_group_is_renamed_through_the_domain(client, manager, enterprise):
    client.force_login(manager)
    group = enterprise.undertaking
    data = {"name": "Groupe Ardenne", "enterprises-TOTAL_FORMS": 0, "enterprises-INITIAL_FORMS": 0}
    assert client.post(change_url(group), data).status_code == 302
    assert journal.entries_about(group).get().facts["to"] == "Groupe Ardenne"


# --- People ------------------------------------------------------------------------------------
def person_form(user, **changes):
    facts = {"name": user.name, "email": user.email, "phone": "", "language": "fr", "is_active": "on"}
    return facts | {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0} | changes


def test_a_manager_gives_a_role(client, manager):
    user = UserFactory(language="fr")
    client.force_login(manager)
    response = client.post(change_url(user), person_form(user, roles=["officer"]))
    assert response.status_code == 302
    user = User.objects.get(pk=user.pk)
    assert (user.role_names, user.is_staff) == ({"officer"}, True)
    assert journal.entries_about(user).get().facts["roles"] == {"from": [], "to": ["officer"]}
    client.post(change_url(user), person_form(user))
    assert User.objects.get(pk=user.pk).is_staff is False


def test_a_manager_creates_a_colleague_who_is_told(client, manager):
    client.force_login(manager)
    data = {"name": "New Colleague", "email": "New@staff.example", "phone": "", "language": "fr",
            "is_active": "on", "roles": ["finance"]}  # fmt: skip
    assert client.post(reverse("admin:accounts_user_add"), data).status_code == 302
    user = User.objects.get(email="new@staff.example")
    assert (user.role_names, user.has_usable_password()) == ({"finance"}, False)
    assert OutboxMessage.objects.get().template == "accounts/staff_welcome"


def test_nobody_changes_their_own_roles(client, manager):
    client.force_login(manager)
    client.post(change_url(manager), person_form(manager, roles=["manager", "finance"]))
    assert User.objects.get(pk=manager.pk).role_names == {"manager"}


@pytest.mark.parametrize("who", ["officer", "finance", "auditor"])
def test_only_a_manager_changes_people(request, client, who):
    user = UserFactory()
    client.force_login(request.getfixturevalue(who))
    assert client.post(change_url(user), person_form(user, roles=["manager"])).status_code == 403
    assert User.objects.get(pk=user.pk).is_staff is False
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403


def test_the_system_is_not_listed(client, manager, system):
    client.force_login(manager)
    found = client.get(reverse("admin:accounts_user_changelist")).context["cl"].result_list
    assert system not in found
    assert client.get(change_url(system)).status_code == 302


def test_staff_do_not_read_codes_and_links_in_the_outbox(client, manager):
    person = UserFactory()
    message = queue_mail("accounts/login_code", to=person, code="QX7TZ9")
    client.force_login(manager)
    response = client.get(reverse("admin:common_outboxmessage_change", args=[message.pk]))
    assert response.status_code == 200
    assert "Not shown" in response.content.decode()
    assert "QX7TZ9" not in response.content.decode()
    assert "QX7TZ9" in message.body
