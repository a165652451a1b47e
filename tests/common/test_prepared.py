"""Reads whose SQL is kept: the same rows as the queryset, whatever the values."""

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from calls.domain.dossiers import ANSWERS
from calls.models import Answer, Application, Call
from tests.calls.factories import ApplicationFactory
from wecd.common.prepared import Prepared, by_key, give

pytestmark = pytest.mark.django_db


def test_it_reads_what_the_queryset_reads():
    first, second = ApplicationFactory(), ApplicationFactory()
    for row in (first, second, first):
        found = {answer.pk: answer.value for answer in ANSWERS.read(application=row.pk)}
        assert found == {answer.pk: answer.value for answer in row.answers.all()}
        assert len(found) == 5


def test_related_rows_come_with_it(django_assert_num_queries):
    row = ApplicationFactory()
    rows = Prepared(lambda: Application.objects.select_related("enterprise", "strand").filter(pk=by_key()))
    with django_assert_num_queries(1):
        found = rows.get(pk=row.pk)
        assert (found.enterprise.name, found.strand.title) == (row.enterprise.name, row.strand.title)
    assert [getattr(found, f.attname) for f in Application._meta.concrete_fields] == [
        getattr(Application.objects.get(pk=row.pk), f.attname) for f in Application._meta.concrete_fields
    ]


def test_what_is_gone_is_said():
    row = ApplicationFactory()
    rows = Prepared(lambda: Answer.objects.filter(application=by_key("application"), key="none"))
    assert rows.first(application=row.pk) is None
    with pytest.raises(Answer.DoesNotExist):
        rows.get(application=row.pk)


def test_an_annotated_read_is_no_prepared_one():
    with pytest.raises(TypeError):
        Prepared(lambda: Call.objects.for_list()).read()


@pytest.mark.django_db(transaction=True)
def test_a_lock_wants_a_transaction():
    row = ApplicationFactory()
    rows = Prepared(lambda: Call.objects.filter(pk=by_key()).order_by(), lock="FOR KEY SHARE")
    with pytest.raises(TransactionManagementError):
        rows.get(pk=row.call_id)
    with transaction.atomic():
        assert rows.get(pk=row.call_id) == row.call
        with connection.cursor() as cursor:
            cursor.execute("SELECT xmax::text <> '0' FROM calls_call WHERE id = %s", [row.call_id])
            assert cursor.fetchone() == (True,)


def test_given_rows_are_not_read_again(django_assert_num_queries):
    row = ApplicationFactory()
    give(row, "answers", ANSWERS.read(application=row.pk))
    with django_assert_num_queries(0):
        assert len(row.answers.all()) == len(list(row.answers.all())) == 5
