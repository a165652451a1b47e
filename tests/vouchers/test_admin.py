"""Vouchers in the back office: finance confirms what the bank says."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from calls.domain import decisions
from tests.accounts.factories import UserFactory
from tests.calls.factories import selected_application
from vouchers.models import Voucher

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


@pytest.fixture
def waiting(officer, manager):
    application = selected_application(proposed_by=officer)
    decisions.approve(application, by=manager)
    return application.award.voucher


def post(client, voucher, verb, user, **data):
    client.force_login(user)
    return client.post(reverse("admin:vouchers_voucher_move", args=[voucher.pk, verb]), data, headers=EN)


@pytest.mark.parametrize("rows", [1, 3])
def test_list_query_count(client, officer, manager, finance, rows, django_assert_num_queries):
    for _ in range(rows):
        decisions.approve(selected_application(proposed_by=officer), by=manager)
    client.force_login(finance)
    client.get(reverse("admin:vouchers_voucher_changelist"))

    with django_assert_num_queries(LIST_QUERIES):
        response = client.get(reverse("admin:vouchers_voucher_changelist"))
    assert len(response.context["cl"].result_list) == rows


LIST_QUERIES = 5


def test_finance_issues(client, waiting, finance):
    client.force_login(finance)
    words = client.get(
        reverse("admin:vouchers_voucher_change", args=[waiting.pk]), headers=EN
    ).content.decode()
    assert 'data-testid="move-issue"' in words

    post(client, waiting, "issue", finance, received_on=timezone.localdate().isoformat())

    waiting.refresh_from_db()
    assert (waiting.state, waiting.contribution_on) == ("issued", timezone.localdate())


def test_a_day_to_come_is_refused_on_the_page(client, waiting, finance):
    tomorrow = timezone.localdate() + timedelta(days=1)

    response = post(client, waiting, "issue", finance, received_on=tomorrow.isoformat())

    assert response.status_code == 409
    assert "later than today" in response.content.decode()


def test_cancel_releases(client, waiting, finance):
    post(client, waiting, "cancel", finance, reason="Given up.")

    waiting.refresh_from_db()
    assert (waiting.state, waiting.award.state) == ("cancelled", "released")


@pytest.mark.parametrize("verb", ["issue", "cancel"])
@pytest.mark.parametrize("person", ["auditor", "officer"])
def test_others_move_nothing(request, client, waiting, person, verb):
    response = post(
        client,
        waiting,
        verb,
        request.getfixturevalue(person),
        reason="x",
        received_on=timezone.localdate().isoformat(),
    )

    assert response.status_code == 403
    assert Voucher.objects.get().state == "awaiting_contribution"


def test_staff_without_a_role_see_nothing(client, waiting):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    assert client.get(reverse("admin:vouchers_voucher_changelist")).status_code == 403
