"""``manage.py export_journal``: the journal as NDJSON, for a stranger to check."""

import json

from django.core.management.base import BaseCommand

from wecd.common import journal
from wecd.common.models import JournalEntry, JournalHead


class Command(BaseCommand):
    help = (
        "Write every entry and head, one JSON object a line (check it with scripts/check_journal_export.py). "
        "--head writes the last head only: publish it where it cannot be taken back."
    )

    def add_arguments(self, parser):
        parser.add_argument("--head", action="store_true", help="the last head only")
        parser.add_argument("--seal", action="store_true", help="close a head over all entries first")

    def handle(self, *args, **options):
        if options["seal"]:
            journal.seal()
        if options["head"]:
            head = JournalHead.objects.order_by("-number").first()
            if head is not None:
                self._write("head", journal.head_as_dict(head))
            return
        ordered = JournalEntry.objects.order_by("about_type", "about_id", "seq")
        for entry in ordered.iterator(chunk_size=2000):
            self._write("entry", journal.as_dict(entry))
        for head in JournalHead.objects.order_by("number").iterator():
            self._write("head", journal.head_as_dict(head))

    def _write(self, kind: str, exported: dict) -> None:
        self.stdout.write(json.dumps({"kind": kind} | exported, ensure_ascii=False, sort_keys=True))
