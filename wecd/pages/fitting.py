"""The sentence of the start page: "I run [an SME] in [Verviers] and I am looking for [a designer]".

Who decides by the calls' own rules (the ones that judge an application), where decides which hubs come
first, what for decides which kinds of calls and which axes count. Nothing is stored.
"""

from dataclasses import dataclass, field
from functools import cache

from django.utils.text import slugify
from django.utils.translation import get_language, pgettext_lazy

from accounts.enums import LegalForm, SizeClass
from actions.models import Action, Axis
from calls.domain import catalogue
from calls.eligibility import RULES, Context, Facts
from calls.eligibility.base import NO
from calls.enums import CallKind, Phase
from calls.models import Call, CallRule
from hubs.models import Hub
from wecd.common import places

AHEAD = (Phase.OPEN, Phase.CLOSING, Phase.TO_COME)
MOST_HUBS = 3
COMPANY = LegalForm.SRL


@dataclass(frozen=True)
class Who:
    """Somebody who applies: the legal forms and sizes such a person may have. One that fits is enough."""

    words: object
    forms: tuple[str, ...]
    sizes: tuple[str, ...]


@dataclass(frozen=True)
class Seek:
    """Something people look for: the kinds of calls and the marks of the axes that give it, best first."""

    words: object
    kinds: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    hubs: int = 1


WHO = {
    "self-employed": Who(
        pgettext_lazy("I run…", "my own activity"),
        (LegalForm.SELF_EMPLOYED,),
        (SizeClass.MICRO, SizeClass.SMALL),
    ),
    "micro": Who(pgettext_lazy("I run…", "a very small enterprise"), (COMPANY,), (SizeClass.MICRO,)),
    "sme": Who(pgettext_lazy("I run…", "an SME"), (COMPANY,), (SizeClass.SMALL, SizeClass.MEDIUM)),
    "large": Who(pgettext_lazy("I run…", "a large enterprise"), (LegalForm.SA,), (SizeClass.LARGE,)),
    "association": Who(
        pgettext_lazy("I run…", "a non-profit or a foundation"),
        (LegalForm.ASBL, LegalForm.FOUNDATION),
        (SizeClass.MICRO, SizeClass.SMALL, SizeClass.MEDIUM),
    ),
    "public": Who(
        pgettext_lazy("I run…", "a school or a public body"),
        (LegalForm.SCHOOL, LegalForm.PUBLIC_BODY),
        tuple(SizeClass.values),
    ),
}
SEEK = {
    "designer": Seek(
        pgettext_lazy("I am looking for…", "a designer"),
        kinds=(CallKind.CREATIVE_VOUCHER,),
        actions=("creative-vouchers",),
    ),
    "market": Seek(
        pgettext_lazy("I am looking for…", "a way to market"),
        kinds=(CallKind.BOOST_UP,),
        axes=(Axis.Mark.BUSINESS,),
        actions=("boost-up",),
    ),
    "funding": Seek(
        pgettext_lazy("I am looking for…", "funding"),
        kinds=(CallKind.BOOST_UP, CallKind.CREATIVE_VOUCHER),
        axes=(Axis.Mark.FINANCE,),
    ),
    "training": Seek(pgettext_lazy("I am looking for…", "training"), axes=(Axis.Mark.SKILLS,)),
    "place": Seek(
        pgettext_lazy("I am looking for…", "a place to work"), actions=("creative-hubs",), hubs=MOST_HUBS
    ),
    "network": Seek(
        pgettext_lazy("I am looking for…", "a network"), axes=(Axis.Mark.NETWORKS,), hubs=MOST_HUBS
    ),
}
DEFAULT = {"who": "sme", "where": "verviers", "seek": "designer"}


@dataclass(frozen=True)
class Municipality:
    slug: str
    name: str
    french: str
    province: str
    province_name: str


def municipalities() -> list[Municipality]:
    """Those of Wallonia by province, as the reader calls them, sorted without accents."""
    return _municipalities((get_language() or "fr")[:2])


@cache
def _municipalities(language: str) -> list[Municipality]:
    found = {}
    for place in places.every():
        found[place.refnis] = Municipality(
            slugify(place.names["fr"]),
            place.names.get(language) or place.names["fr"],
            place.names["fr"],
            place.nuts2,
            place.province_name,
        )
    return sorted(found.values(), key=lambda row: (row.province, places.fold(row.name)))


@dataclass
class Fit:
    """What fits one sentence."""

    who: str
    where: str
    seek: str
    place: Municipality
    entries: list[catalogue.Entry] = field(default_factory=list)
    hubs: list[Hub] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    @property
    def calls(self) -> list[Call]:
        """The calls whole, the best first. One query."""
        return catalogue.read(self.entries)

    def __bool__(self) -> bool:
        return bool(self.entries or self.hubs or self.actions)


def chosen(data) -> dict[str, str]:
    """The sentence said in an address; a word nobody offered is the usual one."""
    known = {"who": WHO, "where": {row.slug for row in municipalities()}, "seek": SEEK}
    return {name: data.get(name) if data.get(name) in known[name] else DEFAULT[name] for name in known}


def find(
    user,
    *,
    who: str,
    where: str,
    seek: str,
    found: catalogue.Catalogue | None = None,
    actions=None,
    hubs=None,
) -> Fit:
    """What fits: calls open or to come they may apply to, the nearest hubs, the actions that give it.

    Six queries; ``found``, ``actions`` and ``hubs`` spare five when the page has read them already.
    """
    place = next(row for row in municipalities() if row.slug == where)
    fit = Fit(who, where, seek, place)
    fit.entries = _calls(found or catalogue.browse(user, {}), WHO[who], SEEK[seek])
    fit.hubs = nearest(place, hubs)[: SEEK[seek].hubs]
    fit.actions = _actions(SEEK[seek], actions)
    return fit


def _calls(found: catalogue.Catalogue, who: Who, seek: Seek) -> list[catalogue.Entry]:
    """Open and to come, those that give what is sought before those of its axis; then by date."""
    entries = [entry for entry in found.found() if entry.phase in AHEAD]
    weights = {entry.pk: _weight(entry, seek) for entry in entries}
    entries = [entry for entry in entries if weights[entry.pk] is not None]
    rules: dict = {entry.pk: [] for entry in entries}
    for rule in CallRule.objects.filter(call__in=list(rules)):
        rules[rule.call_id].append(rule)
    fits = [entry for entry in entries if may_apply(rules[entry.pk], who)]
    return sorted(fits, key=lambda entry: (weights[entry.pk], entry.at))


def _weight(entry: catalogue.Entry, seek: Seek) -> int | None:
    """0 for the first kind sought, and so on; then the axes; None when it gives nothing of the sort."""
    (kind,), (axis,) = entry.values["kind"], entry.values["axis"]
    if kind in seek.kinds:
        return seek.kinds.index(kind)
    return len(seek.kinds) + seek.axes.index(axis) if axis in seek.axes else None


def may_apply(rules: list[CallRule], who: Who) -> bool:
    """Whether no rule says no to everybody of this sort. What is not known excludes nobody."""
    known = [rule for rule in rules if rule.code in RULES]
    people = [
        Facts(legal_form=form, size_class=size, seat_in_wallonia=True, site_in_wallonia=True)
        for form in who.forms
        for size in who.sizes
    ]
    return any(
        all(RULES[rule.code].evaluate(facts, rule.params, Context()).verdict != NO for rule in known)
        for facts in people
    )


def province_of(hub: Hub) -> str:
    """The NUTS code of a hub's province, from its postal code or its city; empty if neither is known."""
    found = places.find(hub.postal_code) or places.called(hub.city)
    return found[0].nuts2 if found else ""


def nearest(place: Municipality, hubs=None) -> list[Hub]:
    """Hubs that are open or may be: in the municipality, then in the province, then elsewhere."""
    hubs = Hub.objects.exclude(status=Hub.Status.CLOSED).order_by("name") if hubs is None else hubs
    here = places.fold(place.french)
    near = {hub: (places.fold(hub.city) not in here, province_of(hub) != place.province) for hub in hubs}
    return sorted(near, key=lambda hub: near[hub])


def _actions(seek: Seek, actions=None) -> list[Action]:
    """Actions named for what is sought, then those of its axes."""
    rows = Action.objects.for_list() if actions is None else actions
    named = {slug: number for number, slug in enumerate(seek.actions)}
    found = [row for row in rows if row.slug in named or row.axis.mark in seek.axes]
    return sorted(found, key=lambda row: (named.get(row.slug, len(named)), row.axis.position, row.position))
