"""Partners from a file: new ones are added, known ones (by code) brought up to date."""

from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.domain import partners
from partners.models import Partner
from wecd.common.imports import CHANGED, NEW, SAME, Column, Importer, Mistake, RowRefused

TEXTS = tuple(
    (f"{name}_{code}", format_lazy("{} ({})", label, language), name)
    for name, label in (("kind", gettext_lazy("Kind")), ("description", gettext_lazy("Description")))
    for code, language in settings.LANGUAGES
)


def _checked(name: str):
    return lambda text: Partner._meta.get_field(name).clean(text, None)


def _code(text: str) -> str:
    return Partner._meta.get_field("code").clean(text.lower(), None)


def _website(text: str) -> str:
    return _checked("website")(text if "://" in text else f"https://{text}")


class PartnerImporter(Importer):
    """One row a partner, found by its code, whatever its capitals."""

    columns = (
        Column("code", gettext_lazy("Code"), gettext_lazy("Short, without spaces: wd."), _code, True),
        Column("name", gettext_lazy("Name"), gettext_lazy("Needed for a new partner."), _checked("name")),
        Column("city", gettext_lazy("City"), "", _checked("city")),
        Column("website", gettext_lazy("Website"), "", _website),
        *(Column(key, label, "", _checked(name)) for key, label, name in TEXTS),
    )

    def prepare(self, rows: list[dict[str, Any]]) -> None:
        self.there = {row.code.lower(): row for row in Partner.objects.all()}
        self.seen: set[str] = set()

    def save_row(self, values: dict[str, Any], *, by) -> tuple[str, str, list[tuple[str, str, str]]]:
        code = values.pop("code")
        there = self.there.get(code)
        mistakes = []
        if code in self.seen:
            mistakes.append(Mistake(self.label("code"), _("Another row of the file has this code.")))
        self.seen.add(code)
        if not there and "name" not in values:
            mistakes.append(Mistake(self.label("name"), _("Needed for a new partner.")))
        if mistakes:
            raise RowRefused(*mistakes)
        if not there:
            return NEW, str(partners.create(by=by, code=code, **values)), []
        changed = partners.different(there, values)
        if not changed:
            return SAME, there.name, []
        changes = [(self.label(key), str(getattr(there, key) or ""), str(values[key])) for key in changed]
        partners.update(there, by=by, **values)
        return CHANGED, there.name, changes
