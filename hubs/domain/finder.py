"""The hubs as a visitor looks for them: near a place, in a province, open or closed; numbered in that order.

A programme has hubs by the dozen: one query reads them all, distances are worked out here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from hubs.models import Hub
from wecd.common import places, provinces
from wecd.common.places import fold
from wecd.common.provinces import Province
from wecd.common.workflow import Refused

Point = tuple[float, float]  # latitude, longitude
HERE = 3  # km: nearer than this is "here", for positions are known to a kilometre or two


@dataclass(frozen=True)
class Origin:
    """Where distances are measured from: a municipality's point, or for want of one its province's middle."""

    name: str
    point: Point
    province: Province | None
    is_exact: bool


@dataclass
class Found:
    """A hub in the list: its number, and what is known of its place."""

    hub: Hub
    number: int
    point: Point | None
    is_guessed: bool  # no coordinates of its own: the middle of its municipality or province
    province: Province | None
    km: float | None = None

    @property
    def is_here(self) -> bool:
        return self.km is not None and self.km < HERE


@dataclass
class Finder:
    """Every hub, seen through what the visitor asked."""

    every: list[Hub]
    origin: Origin | None = None
    province: str = ""
    status: str = ""
    found: list[Found] = field(default_factory=list)

    def count(self, *, province: str | None = None, status: str | None = None) -> int:
        """How many hubs another choice would give, the rest unchanged."""
        province = self.province if province is None else province
        status = self.status if status is None else status
        return sum(_fits(hub, self.every, province, status) for hub in self.every)


def browse(hubs: Iterable[Hub], *, near: str = "", province: str = "", status: str = "") -> Finder:
    """The hubs that fit, nearest first, else by name. ``Refused`` when nobody knows the place ``near``.

    From a place whose own point we do not know, those of its province come before all others.
    """
    every = list(hubs)
    province = province if provinces.by_code(province) else ""
    status = status if status in Hub.Status.values else ""
    origin = find_origin(near, every) if near.strip() else None
    fitting = [_found(hub, every, origin) for hub in every if _fits(hub, every, province, status)]
    fitting.sort(
        key=lambda each: (
            origin is not None and not origin.is_exact and each.province != origin.province,
            each.km is None,
            round(each.km or 0),
            fold(each.hub.name),
        )
    )
    for number, each in enumerate(fitting, start=1):
        each.number = number
    return Finder(every, origin, province, status, fitting)


def neighbours(hub: Hub, hubs: Iterable[Hub], limit: int = 3) -> list[Found]:
    """The nearest other hubs that are not closed, with their distances from this one."""
    every = list(hubs)
    here = point_of(hub, every)
    if here is None:
        return []
    origin = Origin(hub.city, here, None, is_exact=True)
    others = [
        _found(other, every, origin)
        for other in every
        if other.pk != hub.pk and other.status != Hub.Status.CLOSED
    ]
    near = sorted((o for o in others if o.km is not None), key=lambda o: (o.km, fold(o.hub.name)))
    return near[:limit]


def point_of(hub: Hub, every: Iterable[Hub]) -> Point | None:
    """A hub's own coordinates; for want of them another hub's of the same municipality, then the middle
    of its province. Nothing is invented beyond that."""
    if hub.latitude is not None and hub.longitude is not None:
        return float(hub.latitude), float(hub.longitude)
    known = _point_of_city(hub.city, every)
    province = None if known else _province_by_name(hub)
    return known or ((province.latitude, province.longitude) if province else None)


def province_of(hub: Hub, every: Iterable[Hub]) -> Province | None:
    """By its postal code, else by its coordinates, else by the name of its municipality."""
    return _province_by_code(hub.postal_code) or _by_point(point_of(hub, every)) or _province_by_name(hub)


def find_origin(text: str, every: Iterable[Hub]) -> Origin:
    """The place somebody typed: "5000", "Namur", "5000 Namur". ``Refused`` with what to type instead.

    We know the points of municipalities that have a hub. From anywhere else, distances are measured from
    the middle of the province, and ``is_exact`` says so.
    """
    text = " ".join(text.split())[:60]
    digits = re.search(r"(?<!\d)(\d{4})(?!\d)", text)
    name = re.sub(r"\bB-|\d+", " ", text).strip(" ,-()")
    if digits:
        place = _by_code(digits[1], name)
    elif re.search(r"\d", text):
        raise Refused(_("A Belgian postal code has four digits, such as 5000."))
    else:
        place = _by_name(name, every)
    province = provinces.by_code(place.nuts2)
    known = next((p for n in place.names.values() if (p := _point_of_city(n, every))), None)
    shown = f"{digits[1]} {place.name}" if digits else place.name
    assert province  # the table of municipalities knows only Walloon ones
    return Origin(shown, known or (province.latitude, province.longitude), province, known is not None)


def _by_code(code: str, name: str) -> places.Place:
    found = places.find(code)
    if found:
        return next((place for place in found if name and place.is_called(name)), found[0])
    if places.is_walloon(code):
        raise Refused(
            _("No municipality has the postal code %(code)s. Type the name of yours instead.")
            % {"code": code}
        )
    raise Refused(
        _("The postal code %(code)s is not in Wallonia: those are 1300 to 1499 and 4000 to 7999.")
        % {"code": code}
    )


def _by_name(name: str, every: Iterable[Hub]) -> places.Place:
    wanted = fold(name)
    found = places.search(name, limit=30)
    found += [p for hub in every if fold(hub.city) == wanted for p in _municipality(hub.city)]
    exact = [place for place in found if place.is_called(name)]
    if wanted and (exact or found):
        return (exact or found)[0]
    raise Refused(
        _("We know no municipality of Wallonia called “%(name)s”. Try a postal code, such as 5000.")
        % {"name": name or "?"}
    )


def _has_words(words: str, text: str) -> bool:
    """Whether ``text`` has these words, side by side: "Louvain-la-Neuve" in "Ottignies-Louvain-la-Neuve"."""
    return bool(words.strip()) and f" {fold(words)} " in f" {fold(text)} "


def _municipality(city: str) -> list[places.Place]:
    """The municipality a city is, or is part of."""
    found = [place for place in places.everywhere() if place.is_called(city)]
    return found or [
        place for place in places.everywhere() if any(_has_words(city, name) for name in place.names.values())
    ]


def _point_of_city(city: str, every: Iterable[Hub]) -> Point | None:
    for hub in every:
        known = hub.latitude is not None and hub.longitude is not None
        if known and hub.position != Hub.Position.SEVERAL and _has_words(hub.city, city):
            return float(hub.latitude), float(hub.longitude)
    return None


def _province_by_code(postal_code: str) -> Province | None:
    found = places.find(postal_code)
    return provinces.by_code(found[0].nuts2) if found else None


def _province_by_name(hub: Hub) -> Province | None:
    found = _municipality(hub.city)
    return _province_by_code(hub.postal_code) or (provinces.by_code(found[0].nuts2) if found else None)


def _by_point(point: Point | None) -> Province | None:
    return provinces.province_at(*point) if point else None


def _fits(hub: Hub, every: list[Hub], province: str, status: str) -> bool:
    if status and hub.status != status:
        return False
    found = province_of(hub, every) if province else None
    return not province or (found is not None and found.nuts2 == province)


def _found(hub: Hub, every: list[Hub], origin: Origin | None) -> Found:
    point = point_of(hub, every)
    km = provinces.distance(origin.point, point) if origin and point else None
    return Found(hub, 0, point, hub.latitude is None, province_of(hub, every), km)
