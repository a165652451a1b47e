"""What a programme file must look like. Every problem is found, and each says where it is."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.conf import settings

from actions.models import Axis, Indicator
from actions.models.indicator import YEARS
from partners.enums import PartnerRole

CODE = re.compile(r"[A-Za-z0-9_-]{1,30}\Z")
SLUG = re.compile(r"[a-z0-9_-]{1,60}\Z")
DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?\Z")
TEXTS = {  # section: the texts its items may have
    "programme": {"name", "description"},
    "partners": {"kind", "description"},
    "axes": {"name", "short_name", "description"},
    "actions": {"name", "summary", "description"},
    "indicators": {"name", "unit", "definition", "source"},
    "hubs": {"description"},
}
POSITIONS = ("address", "municipality", "several")  # of a hub: how well its coordinates are known
LANGUAGES = set(settings.MODELTRANSLATION_LANGUAGES)


@dataclass(frozen=True)
class Problem:
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def check(content) -> list[Problem]:
    """Every problem of a programme file, in the order of the file; empty when it can be loaded."""
    return list(_Check().file(content))


def check_texts(texts) -> list[Problem]:
    """Every problem of a file of texts."""
    if not isinstance(texts, dict):
        return [Problem("file", "must be a JSON object")]
    return list(_Check().texts(texts))


class _Check:
    def texts(self, texts):
        for section, items in texts.items():
            if section == "note":
                continue
            if section not in TEXTS:
                yield Problem(section, f"is not one of {', '.join(sorted(TEXTS))}")
                continue
            if not isinstance(items, dict):
                yield Problem(section, "must be an object")
                continue
            for code, item in ({"": items} if section == "programme" else items).items():
                where = f"{section}.{code}" if code else section
                if not isinstance(item, dict):
                    yield Problem(where, "must be an object")
                    continue
                for field, text in item.items():
                    if field not in TEXTS[section]:
                        yield Problem(
                            f"{where}.{field}", f"is not one of {', '.join(sorted(TEXTS[section]))}"
                        )
                    yield from self.text(f"{where}.{field}", text)

    def file(self, content):
        if not isinstance(content, dict):
            yield Problem("file", "must be a JSON object with a programme in it")
            return
        programme = content.get("programme")
        if not isinstance(programme, dict):
            yield Problem("programme", "is missing")
        else:
            yield from self.programme(programme)
        yield from self.items(content, "partners", self.partner)
        yield from self.items(content, "axes", self.axis)
        yield from self.items(content, "actions", self.action)
        yield from self.items(content, "indicators", self.indicator)
        yield from self.items(content, "hubs", self.hub, key="slug")
        yield from self.references(content)
        yield from self.references_of_indicators(content)

    def items(self, content, name, each, key="code"):
        """Each item of a list, which must be objects with a ``key`` of their own."""
        items, seen = content.get(name, []), set()
        if not isinstance(items, list):
            yield Problem(name, "must be a list")
            return
        for index, item in enumerate(items):
            where = f"{name}[{index}]"
            if not isinstance(item, dict):
                yield Problem(where, "must be an object")
                continue
            identifier, pattern = item.get(key), SLUG if key == "slug" else CODE
            if not isinstance(identifier, str) or not pattern.match(identifier):
                yield Problem(f"{where}.{key}", "must be a short code of letters, digits, - and _")
            elif identifier in seen:
                yield Problem(f"{where}.{key}", f"“{identifier}” is there twice")
            seen.add(str(identifier))
            yield from each(where, item)

    def programme(self, item):
        if not isinstance(item.get("code"), str) or not CODE.match(item["code"]):
            yield Problem("programme.code", "must be a short code of letters, digits, - and _")
        yield from self.text("programme.name", item.get("name"), needed=True)
        yield from self.text("programme.description", item.get("description"))
        for name in ("start", "end", "planned_end"):
            yield from self.day(f"programme.{name}", item.get(name))
        for name in ("budget_eur", "co_financing_rate"):
            yield from self.number(f"programme.{name}", item.get(name))
        if not isinstance(item.get("region") or {}, dict):
            yield Problem("programme.region", "must be an object")
        sources = item.get("funding_sources") or []
        if not isinstance(sources, list) or not all(isinstance(source, str) for source in sources):
            yield Problem("programme.funding_sources", "must be a list of names")

    def partner(self, where, item):
        yield from self.plain(f"{where}.name", item.get("name"), needed=True)
        if item.get("role") not in PartnerRole.values:
            yield Problem(f"{where}.role", f"must be one of {', '.join(PartnerRole.values)}")
        yield from self.text(f"{where}.kind", item.get("kind"))
        for name in ("city", "site"):
            yield from self.plain(f"{where}.{name}", item.get(name))
        for name in ("from", "until"):
            yield from self.day(f"{where}.{name}", item.get(name))

    def axis(self, where, item):
        yield from self.text(f"{where}.name", item.get("name"), needed=True)
        if (item.get("mark") or item.get("code")) not in Axis.Mark.values:
            yield Problem(f"{where}.mark", f"must be one of {', '.join(Axis.Mark.values)}")

    def action(self, where, item):
        if not (item.get("name") or item.get("what")):
            yield Problem(f"{where}.name", "is missing (or say “what” the action is)")
        yield from self.text(f"{where}.name", item.get("name"))
        yield from self.plain(f"{where}.what", item.get("what"))

    def indicator(self, where, item):
        if item.get("kind") not in Indicator.Kind.values:
            yield Problem(f"{where}.kind", f"must be one of {', '.join(Indicator.Kind.values)}")
        if item.get("measured") not in (None, *Indicator.Moment.values):
            yield Problem(f"{where}.measured", f"must be one of {', '.join(Indicator.Moment.values)}")
        for name in ("name", "unit"):
            yield from self.text(f"{where}.{name}", item.get(name), needed=True)
        for name in ("definition", "source"):
            yield from self.text(f"{where}.{name}", item.get(name))
        for name in ("baseline", "milestone", "target"):
            yield from self.number(f"{where}.{name}", item.get(name), most=10**12 - 1)
        year = item.get("baseline_year")
        if year is not None and (type(year) is not int or not YEARS[0] <= year <= YEARS[1]):
            yield Problem(f"{where}.baseline_year", f"must be a year from {YEARS[0]} to {YEARS[1]}")
        days = [item.get(name) for name in ("milestone_on", "target_on")]
        wrong = [
            *self.day(f"{where}.milestone_on", days[0]),
            *self.day(f"{where}.target_on", days[1]),
        ]
        yield from wrong
        if all(days) and not wrong and _last(days[0]) > _last(days[1]):
            yield Problem(f"{where}.milestone_on", "is after the target's day")
        for name, when in (("baseline", "baseline_year"), ("milestone", "milestone_on")):
            if item.get(name) is not None and item.get(when) is None:
                yield Problem(f"{where}.{when}", f"is missing beside the {name}")

    def hub(self, where, item):
        for name in ("formerly", "site"):
            yield from self.plain(f"{where}.{name}", item.get(name))
        yield from self.plain(f"{where}.name", item.get("name"), needed=True)
        yield from self.plain(f"{where}.city", item.get("city"), needed=True)
        for name, most in (("lat", 90), ("lon", 180)):
            yield from self.number(f"{where}.{name}", item.get(name), most=most, least=-most)
        if item.get("position") not in (None, *POSITIONS):
            yield Problem(f"{where}.position", f"is not one of {', '.join(POSITIONS)}")
        operators = item.get("operators", [])
        if not isinstance(operators, list) or not all(isinstance(name, str) for name in operators):
            yield Problem(f"{where}.operators", "must be a list of names")

    def references(self, content):
        """Codes an action names must be in the file."""
        codes = {
            name: [item.get("code") for item in content.get(name) or [] if isinstance(item, dict)]
            for name in ("partners", "axes")
            if isinstance(content.get(name, []), list)
        }
        actions = content.get("actions", [])
        for index, item in enumerate(actions if isinstance(actions, list) else []):
            if not isinstance(item, dict):
                continue
            where = f"actions[{index}]"
            if item.get("axis") not in codes.get("axes", ()):
                yield Problem(f"{where}.axis", f"“{item.get('axis')}” is not an axis of this file")
            others = item.get("with", [])
            if not isinstance(others, list):
                yield Problem(f"{where}.with", "must be a list of partners' codes")
                others = []
            named = [("lead", item["lead"])] if item.get("lead") else []
            for field, code in named + [("with", code) for code in others]:
                if code not in codes.get("partners", ()):
                    yield Problem(f"{where}.{field}", f"“{code}” is not a partner of this file")

    def references_of_indicators(self, content):
        """The action that feeds an indicator, and the outputs a result follows from, must be in the file."""
        actions, indicators = (
            [item for item in content.get(name) or [] if isinstance(item, dict)]
            if isinstance(content.get(name, []), list)
            else []
            for name in ("actions", "indicators")
        )
        outputs = [item.get("code") for item in indicators if item.get("kind") == Indicator.Kind.OUTPUT]
        for index, item in enumerate(indicators):
            where, action, named = f"indicators[{index}]", item.get("action"), item.get("outputs", [])
            if action is not None and action not in [each.get("code") for each in actions]:
                yield Problem(f"{where}.action", f"“{action}” is not an action of this file")
            if not isinstance(named, list):
                yield Problem(f"{where}.outputs", "must be a list of indicators' codes")
            elif named and item.get("kind") != Indicator.Kind.RESULT:
                yield Problem(f"{where}.outputs", "only a result follows from outputs")
            else:
                for code in named:
                    if code not in outputs:
                        yield Problem(f"{where}.outputs", f"“{code}” is not an output of this file")

    def text(self, where, value, *, needed=False):
        """A text, or texts by language."""
        if isinstance(value, dict):
            if set(value) - LANGUAGES:
                unknown = ", ".join(sorted(set(value) - LANGUAGES))
                yield Problem(where, f"has an unknown language: {unknown}")
            if not all(isinstance(text, str) for text in value.values()):
                yield Problem(where, "must be texts by language")
            elif needed and not any(value.values()):
                yield Problem(where, "is missing")
            return
        yield from self.plain(where, value, needed=needed)

    def plain(self, where, value, *, needed=False):
        if value is None or value == "":
            if needed:
                yield Problem(where, "is missing")
        elif not isinstance(value, str):
            yield Problem(where, "must be a text")

    def day(self, where, value):
        if value is None:
            return
        if not isinstance(value, str) or not DAY.match(value):
            yield Problem(where, "must be a year, a month or a day: 2013, 2013-01 or 2013-01-15")
            return
        try:
            date(*([int(part) for part in value.split("-")] + [1, 1])[:3])
        except ValueError:
            yield Problem(where, f"“{value}” is not in the calendar")

    def number(self, where, value, *, least=0, most=10**12):
        if value is None:
            return
        try:
            number = Decimal(str(value))
            fits = not isinstance(value, bool) and least <= number <= most
        except InvalidOperation:
            fits = False
        if not fits:
            yield Problem(where, f"must be a number from {least} to {most}")


def _last(day: str) -> str:
    """The last day of a year or a month, for comparing."""
    return day + {4: "-12-31", 7: "-31"}.get(len(day), "")
