"""``manage.py publish_open_data``: make the Parquet files now, as the night does."""

from django.core.management.base import BaseCommand

from wecd.opendata import editions


class Command(BaseCommand):
    help = "Make the Parquet files of the open data and serve them from now on."

    def handle(self, *args, **options):
        edition, new = editions.publish()
        rows = sum(told["rows"] for told in edition.manifest["files"].values())
        size = edition.manifest["bundle"]["bytes"]
        said = "Published" if new else "Unchanged"
        if options["verbosity"]:
            self.stdout.write(
                f"{said}: {rows} rows, {size} bytes, made {edition.made_at:%Y-%m-%d %H:%M} UTC."
            )
