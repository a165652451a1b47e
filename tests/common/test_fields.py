"""Values encrypted at rest."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts.models import Enterprise
from tests.accounts.factories import EnterpriseFactory

IBAN = "BE68539007547034"


def stored(enterprise) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT iban FROM accounts_enterprise WHERE id = %s", [enterprise.pk])
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_bank_account_is_unreadable_in_the_database_and_in_its_history():
    enterprise = EnterpriseFactory(iban=IBAN)
    assert Enterprise.objects.get().iban == IBAN
    assert IBAN not in stored(enterprise)
    with connection.cursor() as cursor:
        cursor.execute("SELECT iban FROM accounts_enterprisehistory")
        histories = cursor.fetchall()
    assert histories
    assert all(IBAN not in row[0] for row in histories)


@pytest.mark.django_db
def test_an_empty_value_stays_empty():
    assert stored(EnterpriseFactory(iban="")) == ""


@pytest.mark.django_db
def test_keys_can_be_changed_one_after_the_other(settings):
    settings.FIELD_ENCRYPTION_KEYS = ["old" * 12]
    enterprise = EnterpriseFactory(iban=IBAN)
    before = stored(enterprise)

    settings.FIELD_ENCRYPTION_KEYS = ["new" * 12, "old" * 12]
    enterprise = Enterprise.objects.get()
    assert enterprise.iban == IBAN
    enterprise.save()
    assert stored(enterprise) != before

    settings.FIELD_ENCRYPTION_KEYS = ["new" * 12]
    assert Enterprise.objects.get().iban == IBAN

    settings.FIELD_ENCRYPTION_KEYS = ["other" * 8]
    with pytest.raises(ImproperlyConfigured, match="add the older key"):
        Enterprise.objects.get()
