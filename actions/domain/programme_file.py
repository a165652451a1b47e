"""Read a programme file: check all of it, then load it, as often as you like."""

import calendar
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from actions.domain.file_format import Problem, check, check_texts
from actions.domain.loading import Loader, translated
from actions.models import Action, Axis, Indicator, LoadedRow, PartnerPeriod, Programme
from actions.signals import programme_loaded
from partners.models import Partner
from wecd.common import journal
from wecd.common.workflow import Refused

LOADED = {"note", "programme", "partners", "expert_group", "axes", "actions", "indicators", "hubs"}


def read(path: Path) -> dict:
    """The file's content, or ``Refused`` with every problem in it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(_("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror})
    except ValueError as error:  # not UTF-8, or not JSON
        raise Refused(_("%(path)s is not a JSON file: %(why)s.") % {"path": path, "why": error})
    problems = check(content)
    if problems:
        raise Refused(_as_sentence(path, problems))
    return content


def read_texts(path: Path) -> dict:
    """The texts that go with a file: by section, then code, then field, then language."""
    try:
        texts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(_("%(path)s is not a file of texts: %(why)s.") % {"path": path, "why": error})
    problems = check_texts(texts)
    if problems:
        raise Refused(_as_sentence(path, problems))
    return texts


def _as_sentence(path: Path, problems: list[Problem]) -> str:
    listed = "\n".join(f"  {problem}" for problem in problems)
    return _("%(path)s cannot be loaded:\n%(problems)s") % {"path": path, "problems": listed}


def load(content: dict, texts: dict | None = None, *, by) -> tuple[Programme, Loader]:
    """Load a checked file and its texts, all or nothing; the floors above load their part.

    What a person edited or removed since an earlier load stays so (``Loader``). Writes one journal
    entry when anything changed.
    """
    texts, loader = texts or {}, Loader()
    with transaction.atomic():
        programme = _programme(loader, content["programme"], texts.get("programme", {}))
        code = programme.code
        partners = {
            item["code"]: _partner(loader, programme, item, texts.get("partners", {}).get(item["code"], {}))
            for item in content.get("partners", [])
        }
        axes = {}
        for position, item in enumerate(content.get("axes", []), start=1):
            text = texts.get("axes", {}).get(item["code"], {})
            axes[item["code"]] = _axis(loader, programme, item, text, position)
        actions = {}
        for position, item in enumerate(content.get("actions", []), start=1):
            text = texts.get("actions", {}).get(item["code"], {})
            actions[item["code"]] = _action(loader, code, item, text, axes[item["axis"]], partners, position)
        _indicators(loader, programme, content.get("indicators", []), texts.get("indicators", {}), actions)
        programme_loaded.send(Programme, programme=programme, loader=loader, content=content, texts=texts)
        if loader.created or loader.updated:
            journal.record(
                programme,
                "actions.programme.load",
                by=by,
                created=loader.created,
                updated=loader.updated,
                kept=loader.kept,
            )
    return programme, loader


def not_loaded(content: dict) -> list[str]:
    """Parts of the file that have no table of their own: they stay in the file as a source."""
    return sorted(set(content) - LOADED)


def _programme(loader: Loader, item: dict, text: dict) -> Programme:
    values = {
        **translated("name", item["name"], text.get("name"), needed=True),
        **translated("description", item.get("description"), text.get("description")),
        "label": item.get("label") or "",
        "parent_programme": item.get("parent_programme") or "",
        "nuts_code": (item.get("region") or {}).get("nuts1") or "",
        "starts_on": day(item.get("start")),
        "planned_end_on": day(item.get("planned_end"), last=True),
        "ended_on": day(item.get("end"), last=True),
        "budget": _decimal(item.get("budget_eur")),
        "co_financing_rate": _decimal(item.get("co_financing_rate")),
        "funding_sources": ", ".join(item.get("funding_sources") or []),
        "source_note": _source_note(item),
    }
    row = loader.put(f"{item['code']}/programme", Programme, {"code": item["code"]}, values)
    if row is None:
        raise Refused(
            _("The programme %(code)s was removed here; add it again first.") % {"code": item["code"]}
        )
    return row


def _source_note(item: dict) -> str:
    """What the file says of its own certainty, for staff; dates as precise as their source."""
    parts = [f"Confidence: {item['confidence']}." if item.get("confidence") else ""]
    if item.get("start") or item.get("end"):
        parts.append(f"Dates as given: {item.get('start') or '?'} to {item.get('end') or '?'}.")
    if item.get("months_announced"):
        parts.append(f"Announced for {item['months_announced']} months.")
    conflicts = item.get("conflicts") or ""
    parts.append(f"{conflicts[:1].upper()}{conflicts[1:]}." if conflicts else "")
    return " ".join(part for part in parts if part)


def _partner(loader: Loader, programme: Programme, item: dict, text: dict) -> Partner | None:
    """The partner, known to every programme by its code, and its role in this one."""
    values = {
        "name": item["name"],
        **translated("kind", in_english(item.get("kind")), text.get("kind")),
        "city": item.get("city") or "",
        "website": website(item.get("site")),
        **translated("description", item.get("description"), text.get("description")),
    }
    row = loader.put(f"partners/{item['code']}", Partner, {"code": item["code"]}, values)
    if row is not None:
        find = {"programme": programme, "partner": row, "role": item["role"]}
        dates = {"from_date": day(item.get("from")), "until_date": day(item.get("until"), last=True)}
        loader.put(f"{programme.code}/roles/{item['code']}", PartnerPeriod, find, dates)
    return row


def _axis(loader: Loader, programme: Programme, item: dict, text: dict, position: int) -> Axis | None:
    values = {
        "mark": item.get("mark") or item["code"],
        **translated("name", item["name"], text.get("name"), needed=True),
        **translated("short_name", item.get("short_name"), text.get("short_name")),
        **translated("description", item.get("description"), text.get("description")),
        "position": position,
    }
    find = {"programme": programme, "slug": item["code"]}
    return loader.put(f"{programme.code}/axes/{item['code']}", Axis, find, values)


def _action(loader, code: str, item: dict, text: dict, axis: Axis | None, partners: dict, position: int):
    if axis is None:  # a person removed it: its actions have no place
        loader.removed.append(f"{code}/actions/{item['code']}")
        return None
    source = f"{code}/actions/{item['code']}"
    values = {
        "axis": axis,
        **translated("name", item.get("name"), text.get("name"), in_english(item.get("what")), needed=True),
        **translated("summary", item.get("summary"), text.get("summary"), in_english(item.get("what"))),
        **translated("description", item.get("description"), text.get("description")),
        "lead": partners.get(item.get("lead")),
        "position": position,
    }
    row = loader.put(source, Action, {"slug": free_slug(Action, source, item["code"], code)}, values)
    if row is not None:
        others = [partners[other] for other in item.get("with", []) if partners.get(other)]
        loader.link(source, row, "partners", others)
    return row


def _indicators(loader: Loader, programme: Programme, items: list, texts: dict, actions: dict) -> None:
    """The indicators, then the outputs each result follows from, as far as people left both what they are."""
    rows = {}
    for position, item in enumerate(items, start=1):
        text = texts.get(item["code"], {})
        values = {
            "kind": item["kind"],
            **translated("name", item["name"], text.get("name"), needed=True),
            **translated("unit", item["unit"], text.get("unit"), needed=True),
            **translated("definition", item.get("definition"), text.get("definition")),
            **translated("source_note", item.get("source"), text.get("source")),
            "measured": item.get("measured") or "",
            "action": actions.get(item.get("action")),
            "baseline": _decimal(item.get("baseline")),
            "baseline_year": item.get("baseline_year"),
            "milestone": _decimal(item.get("milestone")),
            "milestone_on": day(item.get("milestone_on"), last=True),
            "target": _decimal(item.get("target")),
            "target_on": day(item.get("target_on"), last=True),
            "position": position,
        }
        find = {"programme": programme, "code": item["code"]}
        rows[item["code"]] = loader.put(_place(programme, item), Indicator, find, values)
    for item in items:
        row = rows[item["code"]]
        if row is not None and row.kind == Indicator.Kind.RESULT:
            named = [rows[code] for code in item.get("outputs", [])]
            outputs = [each for each in named if each is not None and each.kind == Indicator.Kind.OUTPUT]
            loader.link(_place(programme, item), row, "outputs", outputs)


def _place(programme: Programme, item: dict) -> str:
    return f"{programme.code}/indicators/{item['code']}"


def free_slug(model, source: str, wanted: str, programme_code: str) -> str:
    """``wanted``, or with the programme's code behind it when another programme has that address."""
    taken = model.objects.filter(slug=wanted).first()
    if taken is None or not LoadedRow.objects.filter(row_id=taken.pk).exclude(source=source).exists():
        return wanted
    return f"{wanted}-{programme_code.lower()}"


def in_english(text: dict | str | None) -> dict | None:
    """A plain working note of the file, capitalised, as the English text it is."""
    return {"en": text[:1].upper() + text[1:]} if isinstance(text, str) else text


def _decimal(value) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def website(value: str | None) -> str:
    """An address as people write it, "trakk.be", made whole."""
    if not value:
        return ""
    return value if re.match(r"https?://", value) else f"https://{value}"


def day(value: str | None, *, last: bool = False) -> date | None:
    """ "2013", "2013-01" or "2013-01-15" as a day: the first of the period, or its last."""
    if not value:
        return None
    parts = [int(part) for part in value.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else (12 if last else 1)
    if len(parts) > 2:
        return date(year, month, parts[2])
    return date(year, month, calendar.monthrange(year, month)[1] if last else 1)
