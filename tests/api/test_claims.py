"""One row of the API takes one trip to the database, and what was remembered of a key is never believed."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from partners.domain import recognition
from partners.models import ApiKey
from tests.api import rows
from tests.api.conftest import RAW, in_one_window
from tests.partners.factories import AgreementFactory, PartnerFactory
from wecd.common.rest.reader import PERSONAL

pytestmark = pytest.mark.django_db
HERE = "127.0.0.1"


@pytest.fixture
def address(action, officer, manager, partner):
    """Of a row the key sees, asked for once: what the key is has been remembered."""
    row = rows.make("applications", action, officer, manager)
    address = f"applications/{row.pk}"
    assert partner.get(address).status_code == 200
    assert recognition.claimed(RAW, HERE)
    return address


def test_a_row_takes_one_statement(address, partner, django_assert_num_queries):
    first = partner.get(address)
    with django_assert_num_queries(1):
        again = partner.get(address)
    assert again.content == first.content


def of_another(keys):
    keys.update(partner=PartnerFactory(code="OTHER"))


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda keys: keys.update(revoked_at=timezone.now()), 401),
        (lambda keys: keys.update(expires_at=timezone.now()), 401),
        (lambda keys: keys.delete(), 401),
        (lambda keys: keys.update(scopes=["vouchers:read"]), 403),
        (lambda keys: keys.update(networks=["198.51.100.0/24"]), 403),
        (of_another, 404),
    ],
)
def test_what_changed_holds_at_once(change, status, address, partner):
    change(ApiKey.objects.all())
    for _again in range(2):
        response = partner.get(address)
        assert response.status_code == status
        assert status != 401 or response.wsgi_request.auth is None  # in the log too, it is nobody
    assert partner.get(address, fields="colour").status_code == (400 if status == 404 else status)


def test_what_was_remembered_in_one_network_is_not_for_another(address, partner):
    ApiKey.objects.update(networks=[f"{HERE}/32"])
    for _again in range(2):
        assert partner.get(address).status_code == 200
        assert partner.client.get(f"/api/v1/{address}", REMOTE_ADDR="198.51.100.9").status_code == 403


def test_personal_data_show_and_go_with_the_agreement(address, partner, wd):
    ApiKey.objects.update(scopes=["applications:read", PERSONAL])
    assert "contact" not in partner.json(address)
    AgreementFactory(partner=wd)
    assert "contact" in partner.json(address)
    assert "contact" in partner.json(address)
    wd.agreements.update(signed_on=timezone.localdate() + timedelta(days=1))
    assert "contact" not in partner.json(address)


def test_a_row_that_is_not_there_is_404(address, partner):
    missing = f"applications/{'0' * 8}-0000-0000-0000-{'0' * 12}"
    assert partner.get(missing).status_code == partner.get(missing).status_code == 404


def test_each_request_counts_once(address, partner):
    in_one_window()

    def left(**query) -> int:
        return int(partner.get(address, **query)["RateLimit"].split("r=")[1].split(";")[0])

    before = left()
    assert left(fields="colour") == before - 1  # refused, for which the key is read again
    ApiKey.objects.update(scopes=["applications:read"])  # so that the claim fails
    assert left() == before - 2


def test_the_use_is_noted_once_a_minute(address, partner, django_assert_num_queries):
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    partner.get(address)
    assert timezone.now() - ApiKey.objects.get().last_used_at < timedelta(minutes=1)
    with django_assert_num_queries(1):
        partner.get(address)


def test_nothing_is_remembered_of_a_token_or_of_nonsense(address):
    for raw in ("", "x", "ory_at_whatever", RAW[:-1]):
        assert recognition.claimed(raw, HERE) is None


def test_the_row_says_the_same_as_the_list(address, partner):
    row = json.loads(partner.get(address).content)
    (listed,) = partner.results("applications")
    assert {name: row[name] for name in listed} == listed
