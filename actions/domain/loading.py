"""Put rows from a file into the database without undoing what people did there since."""

from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from actions.models import LoadedRow

LANGUAGES = settings.MODELTRANSLATION_LANGUAGES

Model = TypeVar("Model", bound=models.Model)


class Loader:
    """Loads rows by their place in a file (``source``, such as ``WECD/hubs/trakk``).

    Three values meet for each field: the file's, the one loaded last time, and the one in the database.
    Only when the last two agree does the file's value go in: whatever a person changed stays. A row a
    person removed stays removed. Counts what it did in ``created``, ``updated`` and ``kept``.
    """

    def __init__(self):
        self.created = self.updated = 0
        self.kept: list[str] = []
        self.removed: list[str] = []

    def put(self, source: str, model: type[Model], find: dict, values: dict) -> Model | None:
        """Create or update the row of ``source``; None if a person removed it.

        ``find`` names an existing row to adopt when this source was never loaded. It is adopted as it
        stands: only its empty fields are filled.
        """
        loaded = LoadedRow.objects.select_for_update().filter(source=source).first()
        row = model._default_manager.filter(**({"pk": loaded.row_id} if loaded else find)).first()
        if row is None and loaded:
            self.removed.append(source)
            return None
        before = loaded.values if loaded else {}
        if row is None:
            row = model(**find, **values)
            row.save(force_insert=True)
            self.created += 1
        else:
            self._merge(source, row, values, before)
        self._remember(source, row, values)
        return row

    def link(self, source: str, row: models.Model, field: str, targets: list[models.Model]) -> None:
        """Set the many-to-many ``field`` of ``row``, unless a person changed it since the last load."""
        manager, place = getattr(row, field), f"{source}#{field}"
        loaded = LoadedRow.objects.filter(source=place).first()
        now = sorted(str(pk) for pk in manager.values_list("pk", flat=True))
        wanted = sorted(str(target.pk) for target in targets)
        if now != wanted:
            if now != (loaded.values[field] if loaded else []):
                self.kept.append(place)
                return
            manager.set(targets)
        self._remember(place, row, {field: wanted})

    def _merge(self, source: str, row: models.Model, values: dict, before: dict) -> None:
        changed = []
        for name, value in values.items():
            present = getattr(row, name)
            if _plain(present) == _plain(value):
                continue
            if _plain(present) == before.get(name, _plain(_empty(row, name))):
                setattr(row, name, value)
                changed.append(name)
            else:
                self.kept.append(f"{source}.{name}")
        if changed:
            row.save()
            self.updated += 1

    def _remember(self, source: str, row: models.Model, values: dict) -> None:
        LoadedRow.objects.update_or_create(
            source=source,
            defaults={
                "row_type": row._meta.label_lower,
                "row_id": row.pk,
                "values": {name: _plain(value) for name, value in values.items()},
            },
        )


def _plain(value):
    """A value as it is remembered: JSON, the same for equal values."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        return str(Decimal(str(value)).normalize())
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else DjangoJSONEncoder().default(value) if not _is_json(value) else value


def _is_json(value) -> bool:
    return isinstance(value, str | bool | list | dict)


def _empty(row: models.Model, name: str):
    field = row._meta.get_field(name)
    return None if field.null else field.get_default()


def translated(name: str, *sources: dict | str | None, needed: bool = False) -> dict:
    """{``name_fr``: …, ``name_de``: …}: the first text found for each language.

    A source is a text by language or, in the portal's main language, a plain text. A needed text that
    is missing in the main language is taken from another.
    """
    found = {}
    for language in LANGUAGES:
        for source in sources:
            texts = {LANGUAGES[0]: source} if isinstance(source, str) else source or {}
            if texts.get(language):
                found[f"{name}_{language}"] = texts[language]
                break
    if needed and found:
        found.setdefault(f"{name}_{LANGUAGES[0]}", next(iter(found.values())))
    return found
