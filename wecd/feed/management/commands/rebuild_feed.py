"""Bring the change feed up to date with every row, as after rows were loaded with triggers switched off."""

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from wecd.feed import settling, watching
from wecd.feed.models import Entry, Mark, State


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--new-epoch",
            action="store_true",
            help="Begin anew after a restore from a backup: no reader goes on from a cursor of before.",
        )

    def handle(self, *args, **options):
        if options["new_epoch"]:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'LOCK TABLE "{State._meta.db_table}" IN EXCLUSIVE MODE')
                Entry.objects.all().delete()
                Mark.objects.all().delete()
                State.objects.update(epoch=watching.new_epoch(), seq=0, lost=[])
        watching.install()
        watching.mark_everything()
        settling.settle(tell=False)
        if not connection.in_atomic_block:  # readers should not wade through what is left
            with connection.cursor() as cursor:
                cursor.execute("VACUUM (ANALYZE) feed_mark, feed_entry")
        self.stdout.write(f"The feed is up to date: {State.objects.get()}")
