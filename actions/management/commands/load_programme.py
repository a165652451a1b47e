"""Load a programme and its partners, axes, actions, indicators and hubs from a file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from actions.domain import programme_file
from wecd.common.workflow import Refused


class Command(BaseCommand):
    help = (
        "Load a programme file (see actions/data/README.md). Can be run again: it adds and corrects what the "
        "file says, and leaves alone what people edited or removed since."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--texts",
            type=Path,
            help="texts by language; by default the file named like FILE with “texts” for “programme”",
        )

    def handle(self, file, texts, **options):
        beside = file.with_name(file.name.replace("programme", "texts"))
        if texts is None and beside != file and beside.exists():
            texts = beside
        try:
            content = programme_file.read(file)
            words = programme_file.read_texts(texts) if texts else None
            programme, loader = programme_file.load(content, words, by=User.objects.system())
        except Refused as error:
            raise CommandError(str(error))
        self.stdout.write(f"{programme.code}: {loader.created} rows added, {loader.updated} changed.")
        if loader.kept:
            self.stdout.write(f"Kept as people edited them: {', '.join(loader.kept)}.")
        if loader.removed:
            self.stdout.write(f"Left out, as people removed them: {', '.join(loader.removed)}.")
        if programme_file.not_loaded(content):
            self.stdout.write(f"Not loaded: {', '.join(programme_file.not_loaded(content))}.")
