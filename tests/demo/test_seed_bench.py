"""The database for measuring is made only where it is asked for, and empty."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Enterprise
from calls.models import Application, Call
from tests.accounts.factories import EnterpriseFactory

SMALL = {"applications": 30, "enterprises": 10, "calls": 4, "verbosity": 0}


@pytest.mark.django_db
def test_it_refuses_without_being_told_and_where_there_is_something():
    with pytest.raises(CommandError, match="fill-this-database"):
        call_command("seed_bench", **SMALL)
    EnterpriseFactory()
    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_bench", fill_this_database=True, **SMALL)


@pytest.mark.django_db
def test_it_refuses_in_production(settings):
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError, match="Never"):
        call_command("seed_bench", fill_this_database=True, **SMALL)


@pytest.mark.django_db(transaction=True)
def test_it_makes_what_it_was_asked_for():
    call_command("seed_bench", fill_this_database=True, **SMALL)

    assert (Application.objects.count(), Enterprise.objects.count(), Call.objects.count()) == (30, 10, 4)
    row = Application.objects.select_related("enterprise").exclude(number=1).first()
    assert row.enterprise.number in row.search
    searched = row.search
    row.save()  # by the trigger this time
    row.refresh_from_db()
    assert row.search == searched
