"""The public list of calls: what can be filtered, how many there are of each, in which order.

A programme's calls are counted in dozens: one light query reads them all, and the filters, their counts
and the search (accents and case ignored) work on that. Only the rows shown are read whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.enums import LegalForm
from actions.models import Axis
from calls.enums import Allocation, CallKind, Phase
from calls.models import Call, CallRule
from wecd.common.places import fold

GROUPS = ("axis", "status", "who", "kind", "how")
STATUS = {
    Phase.TO_COME: "coming",
    Phase.OPEN: "open",
    Phase.CLOSING: "open",
    Phase.CLOSED: "closed",
    Phase.RESULTS: "results",
    Phase.CANCELLED: "cancelled",
}
DEFAULT_STATUS = frozenset({"open", "coming"})
WHO = {
    "self_employed": {LegalForm.SELF_EMPLOYED},
    "company": {LegalForm.SRL, LegalForm.SA, LegalForm.SC, LegalForm.SNC},
    "association": {LegalForm.ASBL, LegalForm.FOUNDATION},
    "public": {LegalForm.SCHOOL, LegalForm.PUBLIC_BODY},
}
WORDS = {
    "status": {
        "open": _("Open"),
        "coming": _("To come"),
        "closed": _("Closed, being assessed"),
        "results": _("Results published"),
        "cancelled": _("Cancelled"),
    },
    "who": {
        "self_employed": _("Self-employed"),
        "company": _("SME"),
        "association": _("Non-profit or foundation"),
        "public": _("School or public body"),
    },
    "kind": dict(CallKind.choices),
    "how": {
        Allocation.BY_SCORE.value: pgettext_lazy("how awards are chosen", "Jury"),
        Allocation.FIRST_COME.value: pgettext_lazy("how awards are chosen", "First come, first served"),
    },
}
LEGENDS = {
    "axis": _("Your quarter"),
    "status": _("Where the call stands"),
    "who": _("You are"),
    "kind": _("What it gives"),
    "how": _("How we choose"),
}


@dataclass(frozen=True)
class Entry:
    """One call, as far as filters need it."""

    pk: object
    action: object  # its key
    phase: Phase
    at: datetime  # the date it is listed under: opening when to come, closing otherwise
    values: Mapping[str, frozenset[str]]
    text: str


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    chosen: bool
    mark: str = ""


@dataclass(frozen=True)
class Group:
    name: str
    legend: str
    choices: list[Choice]


@dataclass
class Catalogue:
    """Every public call, seen through the filters a reader chose."""

    entries: list[Entry]
    axes: list[Axis]
    chosen: dict[str, frozenset[str]] = field(default_factory=dict)
    words: str = ""

    def found(self) -> list[Entry]:
        """Those that fit: to come and open first, by the date shown; then the past, latest first."""
        fits = [entry for entry in self.entries if self._fits(entry)]
        past = {Phase.CLOSED, Phase.RESULTS, Phase.CANCELLED}
        ahead = sorted((e for e in fits if e.phase not in past), key=lambda e: e.at)
        return ahead + sorted((e for e in fits if e.phase in past), key=lambda e: e.at, reverse=True)

    def count(self, *phases: Phase) -> int:
        return sum(entry.phase in phases for entry in self.entries)

    def groups(self) -> list[Group]:
        """Each filter with its choices; a count says how many calls a choice gives, the rest unchanged."""
        labels = {axis.mark: axis.short_name or axis.name for axis in self.axes}
        words = {"axis": labels} | WORDS
        return [
            Group(
                name,
                str(LEGENDS[name]),
                [
                    Choice(
                        value,
                        str(label),
                        sum(value in e.values[name] and self._fits(e, but=name) for e in self.entries),
                        self.is_chosen(name, value),
                        value if name == "axis" else "",
                    )
                    for value, label in words[name].items()
                ],
            )
            for name in GROUPS
        ]

    def is_chosen(self, group: str, value: str) -> bool:
        """No axis chosen means all of them, and they show as chosen."""
        return value in self.chosen[group] or (group == "axis" and not self.chosen["axis"])

    def _fits(self, entry: Entry, but: str = "") -> bool:
        return all(
            group == but or not self.chosen[group] or self.chosen[group] & entry.values[group]
            for group in GROUPS
        ) and all(word in entry.text for word in self.words.split())


def browse(
    user, chosen: Mapping[str, Iterable[str]], *, search: str = "", every_status: bool = False
) -> Catalogue:
    """The calls the public may see. ``chosen`` is {filter: values}; no status chosen: open and to come.

    Three queries. Drafts are left out for everyone: staff read those in the back office.
    """
    axes = list(Axis.objects.filter(actions__calls__isnull=False).distinct())
    marks = {axis.mark: axis for axis in axes}
    known = {"axis": set(marks)} | {name: {str(v) for v in words} for name, words in WORDS.items()}
    kept = {name: frozenset(set(chosen.get(name, ())) & known[name]) for name in GROUPS}
    if not kept["status"] and not every_status:
        kept["status"] = DEFAULT_STATUS
    if kept["axis"] == set(marks):
        kept["axis"] = frozenset()
    return Catalogue(_entries(user), list(marks.values()), kept, fold(search))


def _entries(user) -> list[Entry]:
    now = timezone.now()
    language = (get_language() or "fr")[:2]
    texts = {f"{name}_{code}" for name in ("title", "summary") for code in ("fr", language)}
    calls = (
        Call.objects.visible_to(user)
        .public()
        .exclude(closes_at=None)
        .annotate(mark=F("action__axis__mark"))
        .only("action_id", "state", "opens_at", "closes_at", "kind", "allocation", "code", *sorted(texts))
    )
    forms: dict[object, set[str]] = {}
    for call_id, params in CallRule.objects.filter(code="legal_form").values_list("call_id", "params"):
        allowed = params.get("allowed") if isinstance(params, dict) else None
        if isinstance(allowed, list):
            forms[call_id] = forms.get(call_id, set(LegalForm.values)) & {str(form) for form in allowed}
    found = []
    for call in calls:
        phase = call.phase(now)
        allowed_forms = forms.get(call.pk, set(LegalForm.values))
        found.append(
            Entry(
                pk=call.pk,
                action=call.action_id,
                phase=phase,
                at=call.opens_at if phase == Phase.TO_COME else call.closes_at,
                values={
                    "axis": frozenset({call.mark}),
                    "status": frozenset({STATUS[phase]}),
                    "who": frozenset(w for w, group in WHO.items() if group & allowed_forms),
                    "kind": frozenset({call.kind}),
                    "how": frozenset({call.allocation}),
                },
                text=fold(" ".join([call.code, *(getattr(call, name) or "" for name in sorted(texts))])),
            )
        )
    return found


def read(entries: Iterable[Entry]) -> list[Call]:
    """These calls whole, in this order, with the phase they had in the list. One query."""
    entries = list(entries)
    calls = {call.pk: call for call in Call.objects.for_list().filter(pk__in=[entry.pk for entry in entries])}
    for entry in entries:
        calls[entry.pk].listed_phase = entry.phase
    return [calls[entry.pk] for entry in entries]
