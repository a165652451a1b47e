"""``manage.py verify_journal``: prove that nobody rewrote the journal."""

import sys

from django.core.management.base import BaseCommand

from wecd.common import journal
from wecd.common.models import JournalEntry, JournalHead


class Command(BaseCommand):
    help = "Check every chain and head of the journal. Exit code 1 and a sentence for each sign of tampering."

    def handle(self, *args, **options):
        found = 0
        for sentence in journal.verify():
            found += 1
            self.stderr.write(sentence)
        if found:
            self.stderr.write(f"The journal was tampered with: {found} sign(s), listed above.")
            sys.exit(1)
        entries, heads = JournalEntry.objects.count(), JournalHead.objects.count()
        self.stdout.write(f"The journal is whole: {entries} entries, {heads} heads.")
