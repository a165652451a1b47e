"""What is looked at before a call is published: what is done, what is missing, what deserves a thought."""

from collections.abc import Iterator
from dataclasses import dataclass

import holidays
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.domain.readiness import problems
from calls.enums import Allocation
from calls.models import Call
from wecd.common import formatting

DONE, MISSING, WARNING = "done", "missing", "warning"
SHORTEST_DAYS = 14
OFFICE_HOURS = range(9, 18)  # the hours in which somebody answers the phone
HOLIDAYS = holidays.country_holidays("BE")
MARKETING = ("title", "summary", "description", "who", "funded", "not_funded")
TABS = ("texts", "money", "dates", "strands", "rules", "criteria", "form")


@dataclass
class Condition:
    """One line of the list, and the ``tab`` of the back office where it is seen to."""

    state: str
    sentence: str
    tab: str
    link: str = ""


def of(call: Call, *, at=None) -> list[Condition]:
    """Every condition, tab by tab: what ``publish`` would refuse, then warnings, which keep nobody back."""
    at = at or timezone.now()
    missing: dict[str, list[str]] = {}
    for problem in problems(call, at=at):
        missing.setdefault(problem.tab, []).append(problem)
    found = []
    for tab in TABS:
        if tab in missing:
            found += [Condition(MISSING, sentence, tab) for sentence in missing[tab]]
        elif sentence := DONE_WORDS[tab](call):
            found.append(Condition(DONE, sentence, tab))
    return found + [Condition(WARNING, sentence, tab) for tab, sentence in warnings(call)]


def _money(call) -> str:
    return _("The envelope “%(name)s” has %(free)s free; the contact is %(contact)s.") % {
        "name": call.envelope,
        "free": formatting.money(call.envelope.free),
        "contact": call.contact_name,
    }


def _dates(call) -> str:
    return _("It opens %(opens)s and closes %(closes)s.") % {
        "opens": formatting.moment(call.opens_at, "full"),
        "closes": formatting.deadline(call.closes_at),
    }


def _strands(call) -> str:
    count = call.strands.count()
    return ngettext(
        "%(count)s strand with its floor, ceiling and rate.",
        "%(count)s strands with their floors, ceilings and rates.",
        count,
    ) % {"count": count}


def _rules(call) -> str:
    count = call.rules.count()
    words = ngettext(
        "%(count)s eligibility rule is complete.", "%(count)s eligibility rules are complete.", count
    )
    return words % {"count": count} if count else ""


def _criteria(call) -> str:
    if call.allocation == Allocation.FIRST_COME and not call.criteria.exists():
        return _("First come, first served: no criterion is needed.")
    return _("The weights of the criteria add up to one hundred.")


def _form(call) -> str:
    form = call.form
    counts = {
        "questions": form.questions.count(),
        "sections": form.sections.count(),
        "documents": form.documents.count(),
    }
    return _("The form: %(sections)s sections, %(questions)s questions, %(documents)s documents.") % counts


DONE_WORDS = {
    "texts": lambda call: _("The title, the sentence and the description are written in French."),
    "money": _money,
    "dates": _dates,
    "strands": _strands,
    "rules": _rules,
    "criteria": _criteria,
    "form": _form,
}


# --- Warnings -------------------------------------------------------------------------------------
def warnings(call: Call) -> Iterator[tuple[str, str]]:
    """(tab, sentence) of what is allowed and perhaps not meant."""
    if not call.rules.exists():
        yield "rules", _("There is no eligibility rule: any enterprise may apply.")
    if call.closes_at:
        yield from (("dates", sentence) for sentence in _closing(call))
    if (
        call.opens_at
        and call.closes_at
        and 0 < (days := (call.closes_at - call.opens_at).days) < SHORTEST_DAYS
    ):
        yield (
            "dates",
            ngettext("It is open for %(days)s day only.", "It is open for %(days)s days only.", days)
            % {"days": days},
        )
    yield from _untranslated(call)


def _closing(call) -> Iterator[str]:
    closes = formatting.local(call.closes_at)
    day = {"day": formatting.date(closes, "full")}
    if closes.date() in HOLIDAYS:
        yield _("It closes on %(day)s, a public holiday: nobody can be asked for help.") % day
    elif closes.weekday() >= 5:
        yield _("It closes on %(day)s, at the weekend: nobody can be asked for help.") % day
    if closes.hour not in OFFICE_HOURS and (closes.hour, closes.minute) != (18, 0):
        yield _("It closes at %(hour)s, when nobody answers the phone. Noon suits most people.") % {
            "hour": formatting.clock(closes)
        }


def _untranslated(call: Call) -> Iterator[tuple[str, str]]:
    """A sentence for each language and tab in which texts exist in French alone."""
    rows = list(_texts(call))
    for code, language in settings.LANGUAGES:
        if code == settings.MODELTRANSLATION_DEFAULT_LANGUAGE:
            continue
        counts: dict[str, int] = {}
        for tab, row, name in rows:
            if getattr(row, f"{name}_fr") and not getattr(row, f"{name}_{code}"):
                counts[tab] = counts.get(tab, 0) + 1
        for tab, count in counts.items():
            words = {"count": count, "language": translation.gettext(language), "part": PARTS[tab]()}
            yield (
                tab,
                ngettext(
                    "%(language)s, %(part)s: %(count)s text is missing and will show in French.",
                    "%(language)s, %(part)s: %(count)s texts are missing and will show in French.",
                    count,
                )
                % words,
            )


PARTS = {
    "texts": lambda: _("texts of the call"),
    "strands": lambda: _("strands"),
    "rules": lambda: _("rules"),
    "criteria": lambda: _("criteria"),
    "form": lambda: _("form"),
}


def _texts(call: Call) -> Iterator[tuple[str, object, str]]:
    """(tab, row, field) of every text that may be written in four languages."""
    yield from (("texts", call, name) for name in MARKETING)
    yield from (("strands", row, name) for row in call.strands.all() for name in ("title", "help"))
    yield from (("rules", row, name) for row in call.rules.all() for name in ("question", "help"))
    yield from (("criteria", row, name) for row in call.criteria.all() for name in ("label", "help"))
    form = call.form
    if form is None:
        return
    yield from (("form", row, name) for row in form.sections.all() for name in ("title", "help"))
    yield from (("form", row, name) for row in form.questions.all() for name in ("label", "help", "options"))
    yield from (("form", row, name) for row in form.documents.all() for name in ("label", "help"))
