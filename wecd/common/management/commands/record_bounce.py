"""``manage.py record_bounce < notification``: a mail came back; the mail server pipes what it got to us."""

import sys

from django.core.management.base import BaseCommand

from wecd.common import bounces

LARGEST = 5 * 1024 * 1024


class Command(BaseCommand):
    help = "Read one delivery status notification (RFC 3464) on standard input and note the bounce."

    def handle(self, *args, **options):
        """Never fails on a mail about something else: the mail server would send that back as well."""
        message = bounces.record(sys.stdin.buffer.read(LARGEST))
        self.stdout.write(f"Bounced: {message}" if message else "Not about a mail of ours: nothing noted.")
