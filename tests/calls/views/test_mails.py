"""The mails about one application, for the members of its enterprise alone; only what was sent."""

import pytest
from django.urls import reverse

from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory
from tests.common.outbox_factories import OutboxMessageFactory
from tests.vouchers.factories import VoucherFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def application(entrepreneur, enterprise):
    return ApplicationFactory(submitted=True, applicant=entrepreneur, enterprise=enterprise)


def page(application) -> str:
    return f"/en/applications/{application.pk}/mails/"


def sent(row, **kwargs):
    about = {"about_type": row._meta.label_lower, "about_id": str(row.pk), "state": "sent"}
    return OutboxMessageFactory(**(about | kwargs))


@pytest.mark.parametrize("role", ["owner", "editor", "reader"])
def test_every_member_reads_what_was_sent(client, application, role):
    member = MembershipFactory(enterprise=application.enterprise, role=role).user
    mail = sent(application, subject="<b>Objet</b>", body="Bonne nouvelle\n\nhttps://x.example\n")
    client.force_login(member, backend=BACKEND)
    response = client.get(page(application))
    text = response.content.decode()
    assert list(response.context["page"]) == [mail]
    assert "&lt;b&gt;Objet&lt;/b&gt;" in text
    assert 'lang="fr"' in text
    assert page(application) in client.get(f"/en/applications/{application.pk}/").content.decode()


@pytest.mark.parametrize(
    "kwargs",
    [
        *({"state": state} for state in ("held", "queued", "failed", "discarded", "bounced")),
        {"template": "calls/decisions_sent_back"},  # said to the officer
        {"template": "calls/mention"},
        {"template": "accounts/login_code"},
        {"template": "nobody/declared"},
    ],
)
def test_nothing_else_is_shown(client, entrepreneur, application, kwargs):
    sent(application, subject="Secret", **kwargs)
    client.force_login(entrepreneur, backend=BACKEND)
    response = client.get(page(application))
    assert list(response.context["page"]) == []
    assert "No mail yet" in response.content.decode()


def test_another_applications_mails_are_not(client, entrepreneur, application):
    sent(ApplicationFactory(submitted=True))
    client.force_login(entrepreneur, backend=BACKEND)
    assert list(client.get(page(application)).context["page"]) == []


def test_its_vouchers_mails_are(client, entrepreneur, application):
    voucher = VoucherFactory()
    application.award = voucher.award
    application.save()
    mail = sent(voucher, template="vouchers/issued")
    client.force_login(entrepreneur, backend=BACKEND)
    assert list(client.get(page(application)).context["page"]) == [mail]


@pytest.mark.parametrize("who", ["stranger", "officer", "auditor"])
def test_others_find_nothing(client, request, application, who):
    sent(application)
    if who == "stranger":
        person = UserFactory()
        EnterpriseFactory(owner=person)
    else:
        person = request.getfixturevalue(who)
    client.force_login(person, backend=BACKEND)
    assert client.get(page(application)).status_code == 404


def test_a_visitor_signs_in_first(client, application):
    response = client.get(page(application))
    assert (response.status_code, reverse("account_login") in response.url) == (302, True)


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same(client, entrepreneur, application, rows, django_assert_num_queries):
    for _ in range(rows):
        sent(application)
    client.force_login(entrepreneur, backend=BACKEND)
    client.get(page(application))
    with django_assert_num_queries(7):
        response = client.get(page(application))
    assert len(response.context["page"].object_list) == rows
    assert response.headers["Cache-Control"].count("no-store") == 1
