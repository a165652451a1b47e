"""Enterprises from a file: new ones are registered, known ones (by number) brought up to date.

Every row goes through ``enterprises.create`` and ``enterprises.update``: undertaking, size, journal and
checks are theirs. An empty cell leaves what is on file as it is. Nobody becomes a member by an import.
"""

import datetime as dt
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import enterprises
from accounts.domain.sizes import size_class
from accounts.enums import LegalForm, NaceRevision, SizeClass
from accounts.models import Enterprise
from wecd.common import euros, identifiers
from wecd.common.imports import CHANGED, NEW, SAME, Column, Importer, Mistake, RowRefused
from wecd.common.places import fold
from wecd.common.workflow import Refused

YES = {"1", "yes", "oui", "ja", "true", "vrai", "x"}
NO = {"0", "no", "non", "nein", "nee", "false", "faux"}
FIGURES = ("headcount", "turnover", "balance_sheet")
FACTS = ("name", "legal_form", "founded_on", *FIGURES, "phone", "website", "iban")
SITE = ("street", "postal_code", "municipality")
FOR_NEW = ("name", "legal_form", "postal_code")


def _number(text: str) -> str:
    identifiers.validate_enterprise_number(text)
    return identifiers.clean_enterprise_number(text)


def _checked(name: str):
    """The model's own checks of one field, on text."""
    return lambda text: Enterprise._meta.get_field(name).clean(text, None)


def _choice(choices):
    """A choice by its value, its word in any language, or that word before its brackets."""

    def convert(text: str) -> str:
        wanted = fold(text)
        for code in ("fr", "de", "nl", "en"):
            with translation.override(code):
                for value, label in choices.choices:
                    label = str(label)
                    if wanted in (fold(value), fold(label), fold(label.split(" (")[0])):
                        return value
        names = ", ".join(str(label) for label in choices.labels)
        raise ValidationError(_("Not one of: %(choices)s.") % {"choices": names})

    return convert


def _vat(text: str) -> bool | str:
    """Whether it is liable to VAT: yes, no, or its VAT number, which must be its own."""
    word = fold(text)
    if word in YES or word in NO:
        return word in YES
    if re.match(r"BE", text, re.IGNORECASE):
        return _number(text)
    raise ValidationError(_("Write yes, no, or the VAT number: BE0403019261."))


def _day(text: str) -> dt.date:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"):
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007  (a day has no time zone)
        except ValueError:
            continue
    raise ValidationError(_("Write a date as 01/03/2015 or 2015-03-01."))


def _people(text: str) -> int:
    plain = re.sub(r"\s", "", text)
    if not re.fullmatch(r"\d{1,7}", plain, flags=re.ASCII):
        raise ValidationError(_("Write a whole number of people."))
    return int(plain)


def _website(text: str) -> str:
    return _checked("website")(text if "://" in text else f"https://{text}")


def _iban(text: str) -> str:
    identifiers.validate_iban(text)
    return identifiers.clean_iban(text)


def _nace(text: str) -> list[str]:
    codes = [code for code in re.split(r"[;,\s]+", text) if code]
    for code in codes:
        identifiers.validate_nace_code(code)
        if not re.fullmatch(r"[\d.]+", code, flags=re.ASCII):
            raise ValidationError(_("A NACE code has two to five digits, such as 74.120 or 74120."))
    return list(dict.fromkeys(identifiers.clean_nace_code(code) for code in codes))


class EnterpriseImporter(Importer):
    """One row an enterprise, found by its number."""

    columns = (
        Column(
            "number",
            gettext_lazy("Enterprise number"),
            gettext_lazy("Ten digits, as in the Crossroads Bank for Enterprises: 0403.019.261."),
            _number,
            True,
        ),
        Column("name", gettext_lazy("Name"), gettext_lazy("Needed for a new enterprise."), _checked("name")),
        Column(
            "legal_form",
            gettext_lazy("Legal form"),
            gettext_lazy("Needed for a new enterprise: SRL, SA, ASBL…"),
            _choice(LegalForm),
        ),
        Column("vat", gettext_lazy("VAT"), gettext_lazy("Yes, no, or the VAT number."), _vat),
        Column("founded_on", gettext_lazy("Founded on"), gettext_lazy("01/03/2015 or 2015-03-01."), _day),
        Column("street", gettext_lazy("Street and number"), gettext_lazy("Of the registered office.")),
        Column(
            "postal_code",
            gettext_lazy("Postal code"),
            gettext_lazy("Of the registered office. Needed for a new enterprise."),
        ),
        Column(
            "municipality",
            gettext_lazy("Municipality"),
            gettext_lazy("May stay empty where the postal code has only one."),
        ),
        Column(
            "nace",
            gettext_lazy("NACE codes"),
            gettext_lazy("The main one first, separated by spaces."),
            _nace,
        ),
        Column(
            "nace_revision",
            gettext_lazy("NACE revision"),
            gettext_lazy("2025 or 2008: needed beside a code."),
            _choice(NaceRevision),
        ),
        Column(
            "headcount",
            gettext_lazy("Headcount"),
            gettext_lazy("Full-time equivalents, last closed year, whole group."),
            _people,
        ),
        Column(
            "turnover",
            gettext_lazy("Turnover"),
            gettext_lazy("In euros, last closed year, whole group."),
            euros.parse,
        ),
        Column(
            "balance_sheet",
            gettext_lazy("Balance sheet total"),
            gettext_lazy("In euros, last closed year, whole group."),
            euros.parse,
        ),
        Column(
            "size",
            gettext_lazy("Size"),
            gettext_lazy("Only compared with what the three figures give."),
            _choice(SizeClass),
        ),
        Column("phone", gettext_lazy("Telephone"), "", _checked("phone")),
        Column("website", gettext_lazy("Website"), "", _website),
        Column(
            "iban", gettext_lazy("Bank account (IBAN)"), gettext_lazy("Kept encrypted, shown masked."), _iban
        ),
    )

    def prepare(self, rows: list[dict[str, Any]]) -> None:
        numbers = [identifiers.clean_enterprise_number(row.get("number", "")) for row in rows]
        found = Enterprise.objects.filter(number__in=numbers).prefetch_related("sites", "activities")
        self.there = {row.number: row for row in found}
        self.seen: set[str] = set()

    def save_row(self, values: dict[str, Any], *, by) -> tuple[str, str, list[tuple[str, str, str]]]:
        there = self.there.get(values["number"])
        mistakes = [*self._contradictions(values, there)]
        self.seen.add(values["number"])
        if not there:
            mistakes += [
                Mistake(self.label(key), _("Needed for a new enterprise."))
                for key in FOR_NEW
                if key not in values
            ]
        facts = {key: values[key] for key in FACTS if key in values}
        if "vat" in values:
            facts["has_vat"] = values["vat"] is not False
        try:
            sites = self._sites(values, there)
        except Refused as refused:
            mistakes.append(Mistake(self.label("municipality"), str(refused)))
        if mistakes:
            raise RowRefused(*mistakes)
        activities = [
            {"code": code, "revision": values["nace_revision"], "is_main": at == 0}
            for at, code in enumerate(values.get("nace", ()))
        ]
        if there:
            return self._update(there, facts, sites, activities, by)
        row = enterprises.create(by=by, number=values["number"], sites=sites, activities=activities, **facts)
        return NEW, f"{row.name} ({row.number_display})", []

    def _contradictions(self, values, there):
        if values["number"] in self.seen:
            yield Mistake(self.label("number"), _("Another row of the file has this number."))
        vat = values.get("vat")
        if isinstance(vat, str) and vat != values["number"]:
            yield Mistake(self.label("vat"), _("This is the VAT number of another enterprise."))
        if "nace" in values and "nace_revision" not in values:
            yield Mistake(
                self.label("nace_revision"),
                _("The same code means other things in another revision: say which."),
            )
        if "size" in values:
            size = size_class(*(values.get(key, getattr(there, key, None)) for key in FIGURES))
            if size != values["size"]:
                known = str(SizeClass(size).label) if size else _("unknown")
                yield Mistake(
                    self.label("size"), _("The figures give another size: %(size)s.") % {"size": known}
                )

    def _sites(self, values, there) -> list[dict] | None:
        """The enterprise's sites with the registered office as the row says; None when it says nothing."""
        told = {key: values[key] for key in SITE if key in values}
        if not told:
            return None
        kept = [
            {key: getattr(site, key) for key in enterprises.SITE_FIELDS} | {"id": site.pk}
            for site in (there.sites.all() if there else ())
        ]
        office = next((site for site in kept if site["is_registered_office"]), None)
        if office is None:
            office = {"is_registered_office": True, "street": "", "postal_code": "", "municipality": ""}
            kept.append(office)
        if "postal_code" in told and told["postal_code"] != office["postal_code"]:
            office["municipality"] = ""  # the old one belongs to the old code
        office |= told
        name, _refnis = enterprises.municipality_of(office["postal_code"], office["municipality"])
        office["municipality"] = name
        return kept

    def _update(self, there: Enterprise, facts: dict, sites, activities, by):
        changes = [
            (
                self.label("vat" if key == "has_vat" else key),
                _shown(key, getattr(there, key)),
                _shown(key, value),
            )
            for key, value in facts.items()
            if getattr(there, key) != value
        ]
        extra: dict[str, Any] = {}
        before = next((site for site in there.sites.all() if site.is_registered_office), None)
        if sites is not None:
            after = next(site for site in sites if site["is_registered_office"])
            old, new = (_address(before), _address(after))
            if old != new:
                extra["sites"] = sites
                changes.append((self.label("street"), old, new))
        if activities:
            old, new = (
                ", ".join(f"{code} ({revision})" for code, revision in codes)
                for codes in (
                    [(each.code, each.revision) for each in there.activities.all()],
                    [(each["code"], str(each["revision"])) for each in activities],
                )
            )
            if old != new:
                extra["activities"] = activities
                changes.append((self.label("nace"), old, new))
        name = f"{there.name} ({there.number_display})"
        if not changes:
            return SAME, name, []
        enterprises.update(there, by=by, **facts, **extra)
        return CHANGED, name, changes


def _address(site) -> str:
    """An address in one line, of a row or of its facts."""
    if site is None:
        return ""
    read = site.get if isinstance(site, dict) else lambda key: getattr(site, key)
    return ", ".join(filter(None, (read("street"), f"{read('postal_code')} {read('municipality')}")))


def _shown(key: str, value) -> str:
    if key == "iban":
        return identifiers.mask_iban(value or "")
    if key == "legal_form":
        return str(LegalForm(value).label) if value else ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)
