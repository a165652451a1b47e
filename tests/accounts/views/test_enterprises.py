import pytest
from django.urls import reverse

from accounts.models import Enterprise, Membership
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory, enterprise_number

pytestmark = pytest.mark.django_db
IBAN = "BE71096123456769"
FORM = {
    "name": "Atelier Laine",
    "number": "0403.019.261",
    "legal_form": "srl",
    "has_vat": "on",
    "turnover": "1 250 000,50",
    "headcount": "12",
    "iban": "",
    "office-street": "Rue de Fer 1",
    "office-postal_code": "5000",
    "office-municipality": "",
    "sites-TOTAL_FORMS": "0",
    "sites-INITIAL_FORMS": "0",
    "activities-TOTAL_FORMS": "1",
    "activities-INITIAL_FORMS": "0",
    "activities-0-code": "74.120",
    "activities-0-revision": "2025",
}


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


def url(name, *args):
    from django.utils.translation import override

    with override("en"):
        return reverse(name, args=args)


def edit_form(enterprise, **changes):
    office = enterprise.registered_office
    facts = FORM | {
        "name": enterprise.name,
        "office-id": str(office.pk),
        "office-street": office.street,
        "activities-INITIAL_FORMS": "1",
    }
    return facts | changes


# --- Register ----------------------------------------------------------------------------------
def test_registering_makes_the_person_owner(client):
    person = UserFactory()
    client.force_login(person)

    response = client.post(url("enterprise_new"), FORM)

    row = Enterprise.objects.get()
    assert response.url == url("enterprise", row.pk)
    assert (row.number, str(row.turnover), row.size_class) == ("0403019261", "1250000.50", "small")
    assert str(row.registered_office) == "5000 Namur"
    assert [a.code for a in row.activities.all()] == ["74120"]
    assert row.memberships.get().user == person


def test_registering_goes_back_where_the_person_was(client):
    client.force_login(UserFactory())
    page = client.get(url("enterprise_new") + "?next=/en/calls/x/apply/").content.decode()
    assert 'name="next" value="/en/calls/x/apply/"' in page
    response = client.post(url("enterprise_new"), FORM | {"next": "/en/calls/x/apply/"})
    assert response.url == "/en/calls/x/apply/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_registering_never_goes_elsewhere(client, elsewhere):
    client.force_login(UserFactory())
    response = client.post(url("enterprise_new"), FORM | {"next": elsewhere})
    assert "evil" not in response.url
    assert response.url.startswith("/en/enterprises/")


def test_a_number_already_registered_leads_to_asking_to_join_and_keeps_the_text(client, enterprise):
    client.force_login(UserFactory())
    response = client.post(url("enterprise_new"), FORM | {"number": enterprise.number})
    page = response.content.decode()
    assert response.status_code == 422
    assert f"{url('enterprise_join')}?number={enterprise.number_display}" in page
    assert 'value="Atelier Laine"' in page
    assert Enterprise.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words", "field"),
    [
        ({"number": "0403019262"}, "not a Belgian enterprise number", "id_number"),
        ({"office-municipality": "Dinant"}, "belongs to Namur", "id_office-municipality"),
        ({"office-postal_code": "50"}, "four digits", "id_office-postal_code"),
        ({"office-postal_code": "1000"}, "Write the municipality", "id_office-municipality"),
        ({"iban": "BE00"}, "not a bank account", "id_iban"),
        ({"turnover": "a lot"}, "Write an amount", "id_turnover"),
        ({"activities-0-code": "x"}, "NACE", "id_activities-0-code"),
        ({"legal_form": ""}, "required", "id_legal_form"),
    ],
)
def test_an_error_is_said_in_the_summary_and_beside_its_field(client, changes, words, field):
    client.force_login(UserFactory())
    response = client.post(url("enterprise_new"), FORM | changes)
    page = response.content.decode()
    assert response.status_code == 422
    assert f'href="#{field}"' in page
    assert page.count(words) >= 2
    assert 'value="Rue de Fer 1"' in page
    assert not Enterprise.objects.exists()


def test_another_line_saves_nothing_and_loses_nothing(client):
    client.force_login(UserFactory())
    response = client.post(url("enterprise_new"), FORM | {"more": "sites", "name": "Half typed"})
    page = response.content.decode()
    assert response.status_code == 200
    assert 'name="sites-0-street"' in page
    assert 'value="Half typed"' in page
    assert not Enterprise.objects.exists()


@pytest.mark.parametrize("total", ["9" * 5000, "²", "x", ""])
def test_another_line_after_a_number_nobody_sends(client, total):
    client.force_login(UserFactory())
    asked = FORM | {"more": "sites", "sites-TOTAL_FORMS": total}
    assert 'name="sites-0-street"' in client.post(url("enterprise_new"), asked).content.decode()


def test_auditor_is_told_why_not(client, auditor):
    client.force_login(auditor)
    assert client.post(url("enterprise_new"), FORM).status_code == 403


# --- Read and change ---------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["enterprise", "enterprise_edit", "enterprise_members"])
def test_strangers_find_nothing(client, enterprise, name):
    client.force_login(UserFactory())
    assert client.get(url(name, enterprise.pk)).status_code == 404
    client.force_login(MembershipFactory(enterprise=enterprise, state="asked").user)
    assert client.get(url(name, enterprise.pk)).status_code == 404


@pytest.mark.parametrize(
    "name", ["enterprise", "enterprise_edit", "enterprise_members", "enterprises", "profile"]
)
def test_nobody_is_sent_to_sign_in_and_back(client, enterprise, name):
    page = url(name, enterprise.pk) if "enterprise_" in name or name == "enterprise" else url(name)
    response = client.get(page)
    assert response.url.endswith(f"?next={page}")


def test_facts_show_with_a_masked_bank_account(client, entrepreneur, enterprise):
    client.force_login(entrepreneur)
    page = client.get(url("enterprise", enterprise.pk)).content.decode()
    assert "BE68 •••• •••• 7034" in page
    assert "539007547034" not in page.replace(" ", "")
    assert enterprise.number_display in page


def test_the_edit_page_never_carries_the_bank_account(client, entrepreneur, enterprise):
    client.force_login(entrepreneur)
    page = client.get(url("enterprise_edit", enterprise.pk)).content.decode()
    assert "BE68 •••• •••• 7034" in page
    assert "539007547034" not in page.replace(" ", "")


def test_changing_keeps_the_bank_account_left_empty(client, entrepreneur, enterprise):
    client.force_login(entrepreneur)
    response = client.post(url("enterprise_edit", enterprise.pk), edit_form(enterprise, name="New name"))
    assert response.status_code == 302
    enterprise.refresh_from_db()
    assert (enterprise.name, enterprise.iban) == ("New name", "BE68539007547034")
    client.post(url("enterprise_edit", enterprise.pk), edit_form(enterprise, iban="BE71 0961 2345 6769"))
    enterprise.refresh_from_db()
    assert enterprise.iban == IBAN


def test_the_number_typed_by_a_member_is_ignored(client, entrepreneur, enterprise):
    client.force_login(entrepreneur)
    before = enterprise.number
    client.post(url("enterprise_edit", enterprise.pk), edit_form(enterprise, number=enterprise_number(77)))
    enterprise.refresh_from_db()
    assert enterprise.number == before


def test_sites_are_added_and_removed(client, entrepreneur, enterprise):
    client.force_login(entrepreneur)
    site = {
        "sites-TOTAL_FORMS": "1",
        "sites-0-street": "Quai 3",
        "sites-0-postal_code": "4000",
        "sites-0-municipality": "",
    }
    client.post(url("enterprise_edit", enterprise.pk), edit_form(enterprise, **site))
    assert [str(s) for s in enterprise.sites.all()] == ["5000 Namur", "4000 Liège"]

    added = enterprise.sites.get(postal_code="4000")
    gone = site | {"sites-INITIAL_FORMS": "1", "sites-0-id": str(added.pk), "sites-0-DELETE": "on"}
    client.post(url("enterprise_edit", enterprise.pk), edit_form(enterprise, **gone))
    assert [str(s) for s in enterprise.sites.all()] == ["5000 Namur"]


def test_a_site_of_somebody_else_cannot_be_taken(client, entrepreneur, enterprise):
    other = EnterpriseFactory().registered_office
    client.force_login(entrepreneur)
    client.post(url("enterprise_edit", enterprise.pk), edit_form(enterprise, **{"office-id": str(other.pk)}))
    other.refresh_from_db()
    assert other.enterprise != enterprise


def test_a_reader_reads_and_does_not_change(client, enterprise):
    client.force_login(MembershipFactory(enterprise=enterprise, role="reader").user)
    page = client.get(url("enterprise", enterprise.pk)).content.decode()
    assert url("enterprise_edit", enterprise.pk) not in page
    response = client.post(url("enterprise_edit", enterprise.pk), edit_form(enterprise, name="x"))
    assert response.status_code == 403


# --- Lists -------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_my_enterprises_query_count(client, rows, django_assert_num_queries):
    person = UserFactory()
    for _ in range(rows):
        EnterpriseFactory(owner=person)
    client.force_login(person)
    with django_assert_num_queries(3):
        page = client.get(url("enterprises")).content.decode()
    assert page.count("<tr>") == rows + 1


@pytest.mark.parametrize("rows", [1, 3])
def test_members_query_count(client, rows, entrepreneur, enterprise, django_assert_num_queries):
    MembershipFactory.create_batch(rows - 1, enterprise=enterprise, role="reader")
    client.force_login(entrepreneur)
    with django_assert_num_queries(6):
        page = client.get(url("enterprise_members", enterprise.pk)).content.decode()
    assert page.count("<tr>") == rows + 1


def test_my_enterprises_empty_says_what_to_do(client):
    client.force_login(UserFactory())
    assert url("enterprise_new") in client.get(url("enterprises")).content.decode()


# --- Join, members, invitations ----------------------------------------------------------------
def test_asking_to_join(client, enterprise):
    person = UserFactory()
    client.force_login(person)
    response = client.post(url("enterprise_join"), {"number": enterprise.number, "message": "Hello"})
    assert response.url == url("enterprises")
    assert Membership.objects.get(user=person).state == "asked"
    again = client.post(url("enterprise_join"), {"number": enterprise.number})
    assert "already asked" in again.content.decode()


def test_asking_to_join_an_unknown_enterprise(client):
    client.force_login(UserFactory())
    response = client.post(url("enterprise_join"), {"number": enterprise_number(5)})
    assert response.status_code == 422
    assert "You can register it" in response.content.decode()


def test_an_owner_decides_on_members(client, entrepreneur, enterprise):
    client.force_login(entrepreneur)
    asked, refused = (MembershipFactory(enterprise=enterprise, state="asked") for _ in range(2))
    client.post(url("membership_accept", asked.pk), {"role": "reader"})
    client.post(url("membership_refuse", refused.pk), {"reason": "No"})
    asked.refresh_from_db()
    refused.refresh_from_db()
    assert (asked.state, asked.role, refused.state) == ("active", "reader", "refused")
    client.post(url("membership_role", asked.pk), {"role": "editor"})
    client.post(url("membership_end", asked.pk))
    asked.refresh_from_db()
    assert (asked.state, asked.role) == ("ended", "editor")


@pytest.mark.parametrize(
    "name", ["membership_accept", "membership_refuse", "membership_role", "membership_end"]
)
def test_strangers_decide_nothing(client, enterprise, name):
    row = MembershipFactory(enterprise=enterprise, state="asked")
    client.force_login(UserFactory())
    assert client.post(url(name, row.pk), {"role": "owner"}).status_code == 404
    assert client.get(url(name, row.pk)).status_code == 405
    row.refresh_from_db()
    assert row.state == "asked"


def test_an_unknown_role_is_refused(client, entrepreneur, enterprise):
    row = MembershipFactory(enterprise=enterprise, state="asked")
    client.force_login(entrepreneur)
    assert client.post(url("membership_accept", row.pk), {"role": "king"}).status_code == 404


def test_the_last_owner_is_told_why_they_stay(client, entrepreneur, enterprise):
    client.force_login(entrepreneur)
    response = client.post(
        url("membership_end", entrepreneur.memberships.get().pk),
        headers={"Referer": "http://testserver" + url("enterprise_members", enterprise.pk)},
        follow=True,
    )
    assert "needs an owner" in response.content.decode()


def test_an_invitation_from_the_page_to_membership(client, entrepreneur, enterprise):
    from wecd.common.models import OutboxMessage

    client.force_login(entrepreneur)
    client.post(url("enterprise_members", enterprise.pk), {"email": "marc@example.org", "role": "editor"})
    body = OutboxMessage.objects.get(template="accounts/membership_invited").body
    link = "/" + body.split("://")[1].split("/", 1)[1].split()[0]
    client.logout()

    page = client.get(link).content.decode()
    assert f"{reverse('account_signup')}?next={link}" in page

    client.force_login(UserFactory())
    assert "another address" in client.get(link).content.decode()
    assert client.post(link).status_code == 403

    marc = UserFactory(email="marc@example.org")
    client.force_login(marc)
    assert client.post(link).status_code == 302
    assert Membership.objects.get(user=marc).state == "active"
    assert client.get(link).status_code == 404


def test_an_editor_cannot_invite(client, enterprise):
    client.force_login(MembershipFactory(enterprise=enterprise, role="editor").user)
    response = client.post(
        url("enterprise_members", enterprise.pk), {"email": "x@example.org", "role": "owner"}
    )
    assert response.status_code == 403
