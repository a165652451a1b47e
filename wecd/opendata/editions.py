"""Making the nightly files, and finding those in force.

An edition is written under a folder of its own and becomes the one served when its row is committed: whoever
downloads meanwhile gets the old file whole. Files nobody is sent to any more are removed after that.
"""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from wecd.common.seo import absolute
from wecd.opendata import parquet
from wecd.opendata.datasets import BUNDLE, DATASETS
from wecd.opendata.models import Edition
from wecd.opendata.publisher import LICENCE, publisher_name

ROOM = "open-data"
ZIP = f"{BUNDLE}.zip"
READ = 1024 * 1024  # bytes
EPOCH = (1980, 1, 1, 0, 0, 0)  # of files in the zip: the same content is the same file
README = """Open data of {publisher}
{page}

One Parquet file for each dataset: every row anyone may read, with typed columns.
manifest.json names each file with its number of rows and its SHA-256.
The meaning of every column stands in the files themselves and on the page above.

Licence: CC BY 4.0, {licence}
Name the source: {publisher}. Self-employed people are not named in these files.
"""


@dataclass(frozen=True)
class Published:
    """A file of the edition in force."""

    path: str  # in the storage
    size: int
    sha256: str
    made_at: datetime


def current() -> Edition | None:
    """The newest edition whose files are there."""
    return Edition.objects.exclude(folder="").order_by("-made_at", "-pk").first()


def file_of(edition: Edition, name: str) -> Published | None:
    """A file of an edition, or None when it has none of that name."""
    told = edition.manifest["bundle"] if name == ZIP else edition.manifest["files"].get(name)
    if not told:
        return None
    return Published(f"{edition.folder}/{name}", told["bytes"], told["sha256"], edition.made_at)


def publish() -> tuple[Edition, bool]:
    """Write every open resource as it is at one instant, and serve it from now on; whether it is a new one.

    When no file differs from those in force, these stay, with a note that they were looked at again.
    Two at once both finish; the later one is served.
    """
    with TemporaryDirectory(prefix="wecd-open-data-") as folder:
        place, made_at = Path(folder), timezone.now()
        with _one_instant():
            files = {
                f"{each.name}.parquet": {
                    "dataset": each.name,
                    "rows": parquet.write(each.resource, place / f"{each.name}.parquet"),
                }
                for each in DATASETS
            }
        for name, told in files.items():
            told |= _measured(place / name)
        before = current()
        if before and _same(before.manifest["files"], files):
            Edition.objects.filter(pk=before.pk).update(checked_at=made_at)
            before.checked_at = made_at
            return before, False
        manifest = _manifest(files, made_at)
        _zip(place, files, manifest)
        manifest["bundle"] = _measured(place / ZIP)
        edition = Edition(made_at=made_at, checked_at=made_at, manifest=manifest)
        edition.folder = f"{ROOM}/{edition.pk}"
        for name in (*files, ZIP):
            with (place / name).open("rb") as content:
                default_storage.save(f"{edition.folder}/{name}", File(content))
    edition.save()
    _remove_old()
    return edition, True


@contextmanager
def _one_instant() -> Iterator[None]:
    """All files show the same state of the database. Inside a caller's transaction, theirs decides."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _measured(path: Path) -> dict:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while part := content.read(READ):
            digest.update(part)
    return {"bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def _same(before: dict, now: dict) -> bool:
    hashes = [{name: told["sha256"] for name, told in files.items()} for files in (before, now)]
    return hashes[0] == hashes[1]


def _manifest(files: dict, made_at: datetime) -> dict:
    return {
        "title": f"Open data of {publisher_name()}",
        "publisher": publisher_name(),
        "licence": LICENCE,
        "page": absolute(f"/{settings.LANGUAGE_CODE}/open-data/"),
        "schema_version": parquet.SCHEMA_VERSION,
        "made_at": made_at.isoformat(timespec="seconds"),
        "files": files,
    }


def _zip(place: Path, files: dict, manifest: dict) -> None:
    """The bundle: the files as they are (compressed inside already), what they hold, how to read them."""
    readme = README.format(publisher=publisher_name(), page=manifest["page"], licence=LICENCE)
    texts = {"manifest.json": json.dumps(manifest, indent=1), "README.txt": readme}
    with zipfile.ZipFile(place / ZIP, "w", zipfile.ZIP_STORED) as bundle:
        for name, text in texts.items():
            bundle.writestr(zipfile.ZipInfo(f"{BUNDLE}/{name}", EPOCH), text)
        for name in files:
            entry = zipfile.ZipInfo(f"{BUNDLE}/{name}", EPOCH)
            entry.file_size = (place / name).stat().st_size
            with (place / name).open("rb") as content, bundle.open(entry, "w") as inside:
                shutil.copyfileobj(content, inside, READ)


def _remove_old() -> None:
    """Forget the files of editions nobody is sent to any more; their rows stay as the record."""
    old = Edition.objects.exclude(folder="").order_by("-made_at", "-pk")[settings.OPEN_DATA_EDITIONS_KEPT :]
    for edition in old:
        Edition.objects.filter(pk=edition.pk).update(folder="")
        for name in (*edition.manifest["files"], ZIP):
            default_storage.delete(f"{edition.folder}/{name}")
        with suppress(NotImplementedError, OSError):  # only a disk has folders
            Path(default_storage.path(edition.folder)).rmdir()
