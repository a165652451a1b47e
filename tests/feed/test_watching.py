"""Every table that shows in a row, or decides who sees it, is watched; triggers follow the code."""

import re

import pytest
from django.db import connection, transaction

from tests.accounts.factories import EnterpriseFactory
from tests.actions.factories import ActionFactory
from tests.partners.factories import PartnerFactory
from wecd.catalogue import RESOURCES
from wecd.common.rest import holes
from wecd.common.rest.reader import Reader
from wecd.feed import watching
from wecd.feed.models import Mark, State

pytestmark = pytest.mark.django_db
TABLE = re.compile(r'(?:FROM|JOIN) "(\w+)"')


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_each_table_a_row_is_made_of_is_watched(resource):
    resource = resource()
    rows = resource.rows(Reader(partner=holes.partner())).annotate(_data=resource.as_json(resource.fields))
    tables = set(TABLE.findall(holes.compiled(rows.values("_data")).sql))
    assert tables
    assert tables <= {mark.table for mark, _path in watching.marks_of(type(resource))}


def test_one_mark_a_row_and_statement_and_none_without_a_change():
    Mark.objects.all().delete()
    action = ActionFactory()
    partners = [PartnerFactory() for _ in range(3)]
    Mark.objects.all().delete()
    action.partners.set(partners)
    assert {(mark.model, mark.row) for mark in Mark.objects.all()} == {("actions.action", action.pk)}
    Mark.objects.all().delete()
    type(action).objects.filter(pk=None).update(position=1)
    assert not Mark.objects.exists()


def test_a_row_that_moves_marks_where_it_was_and_where_it_is():
    one, other = EnterpriseFactory(), EnterpriseFactory()
    Mark.objects.all().delete()
    one.sites.update(enterprise=other, is_registered_office=False)
    assert {mark.row for mark in Mark.objects.filter(model="accounts.enterprise")} >= {one.pk, other.pk}


def test_a_change_rolled_back_leaves_no_mark():
    Mark.objects.all().delete()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        PartnerFactory()
        1 / 0  # noqa: B018
    assert not Mark.objects.exists()


def test_triggers_follow_the_code_and_nothing_is_marked_twice(monkeypatch):
    watching.install()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'feed\\_%'")
        assert cursor.fetchone()[0] == 3 * len(watching.watched())
    fewer = {"partners_partner": watching.watched()["partners_partner"]}
    monkeypatch.setattr(watching, "watched", lambda: fewer)
    watching.install()
    Mark.objects.all().delete()
    ActionFactory(lead=None)
    assert not Mark.objects.exists()
    PartnerFactory()
    assert Mark.objects.count() == 1


def test_a_database_that_had_rows_before_it_had_a_feed_gets_them():
    partner = PartnerFactory()
    Mark.objects.all().delete()
    State.objects.all().delete()
    watching.after_migrate()
    assert Mark.objects.filter(model="partners.partner!", row=partner.pk).exists()
    assert State.objects.get().seq == 0
    Mark.objects.all().delete()
    watching.after_migrate()  # and not each time
    assert not Mark.objects.exists()
