"""``manage.py verify_journal``: prove that nobody rewrote the journal."""

import sys

from django.core.management.base import BaseCommand

from wecd.common import journal


class Command(BaseCommand):
    help = "Check every chain and head of the journal. Exit code 1 and a sentence for each sign of tampering."

    def handle(self, *args, **options):
        outcome, signs = journal.check()
        for sentence in signs:
            self.stderr.write(sentence)
        if signs:
            self.stderr.write(f"The journal was tampered with: {len(signs)} sign(s), listed above.")
            sys.exit(1)
        self.stdout.write(f"The journal is whole: {outcome.entries} entries, {outcome.heads} heads.")
