"""Postal codes, municipalities and provinces of Wallonia, from Statbel (see data/README.md).

A postal code is not a municipality: 5000 and 5100 are both Namur. Rows keep both, and the REFNIS code.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

DATA = Path(__file__).parent / "data" / "wallonia_places.json"

# Statbel's table names municipalities in French and Dutch; these have a German name as well.
GERMAN_NAMES = {
    "63001": "Amel",
    "63012": "Büllingen",
    "63013": "Bütgenbach",
    "63040": "Kelmis",
    "63067": "Sankt Vith",
    "63080": "Weismes",
    "63087": "Burg-Reuland",
    "62063": "Lüttich",
}


@dataclass(frozen=True)
class Place:
    """One postal code in one municipality. ``names`` and ``province`` are {language: name}."""

    postal_code: str
    names: dict[str, str] = field(hash=False)
    refnis: str
    province: dict[str, str] = field(hash=False)
    nuts2: str

    @property
    def name(self) -> str:
        """The municipality's name in the running language, else in French."""
        return self.names.get((get_language() or "fr")[:2]) or self.names["fr"]

    @property
    def province_name(self) -> str:
        return self.province.get((get_language() or "fr")[:2]) or self.province["fr"]

    def is_called(self, text: str) -> bool:
        """Whether ``text`` is the municipality's name in any language; case and accents do not matter."""
        return fold(text) in {fold(name) for name in self.names.values()}


def fold(text: str) -> str:
    """Lower case, without accents, hyphens and apostrophes: for comparing and sorting names."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.sub(r"[-'’.]", " ", plain).lower().split())


@cache
def _places() -> dict[str, tuple[Place, ...]]:
    """{postal code: its places}, read once a process."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    provinces = {row["refnis"]: row for row in data["provinces"]}
    found: dict[str, list[Place]] = {}
    for row in data["municipalities"]:
        province = provinces[row["province"]]
        names = dict(row["name"])
        if row["refnis"] in GERMAN_NAMES:
            names["de"] = GERMAN_NAMES[row["refnis"]]
        for code in row["postal_codes"]:
            place = Place(code, names, row["refnis"], province["name"], province["nuts2"])
            found.setdefault(code, []).append(place)
    return {code: tuple(rows) for code, rows in sorted(found.items())}


def clean_postal_code(text: str) -> str:
    """Without spaces and the prefix "B-" of old letterheads."""
    return re.sub(r"^B-?(?=\d{4}$)", "", re.sub(r"\s", "", text or ""), flags=re.IGNORECASE)


def find(postal_code: str) -> list[Place]:
    """The Walloon places with this postal code; none for a code elsewhere or not in Statbel's table."""
    return list(_places().get(clean_postal_code(postal_code), ()))


def every() -> list[Place]:
    """Every place of the table, by postal code. A municipality with several codes comes several times."""
    return [place for found in _places().values() for place in found]


def called(text: str) -> list[Place]:
    """The places of the municipality of this name, in any language, or of one whose name holds it.

    "Louvain-la-Neuve" is found in "Ottignies-Louvain-la-Neuve"; case and accents do not matter.
    """
    if not fold(text):
        return []
    rows = every()
    exact = [place for place in rows if place.is_called(text)]
    return exact or [place for place in rows if f" {fold(text)} " in f" {fold(place.names['fr'])} "]


def everywhere() -> list[Place]:
    """Every place of the table, in the order of the postal codes."""
    return [place for found in _places().values() for place in found]


def search(text: str, limit: int = 10) -> list[Place]:
    """Places whose postal code or municipality begins with ``text``, for suggestions; at most ``limit``."""
    text = (text or "").strip()
    if not text:
        return []
    code, name = clean_postal_code(text), fold(text)
    found = []
    for places in _places().values():
        for place in places:
            by_name = name and any(fold(each).startswith(name) for each in place.names.values())
            if place.postal_code.startswith(code) or by_name:
                found.append(place)
                if len(found) == limit:
                    return found
    return found


def provinces() -> dict[str, str]:
    """{NUTS 2 code: name in the running language} of the provinces of Wallonia, by name."""
    language = (get_language() or "fr")[:2]
    found = {nuts2: names.get(language) or names["fr"] for nuts2, names in _provinces().items()}
    return dict(sorted(found.items(), key=lambda item: fold(item[1])))


@cache
def _provinces() -> dict[str, dict[str, str]]:
    return {place.nuts2: place.province for places in _places().values() for place in places}


def postal_codes_in(nuts2: str) -> list[str]:
    """The postal codes of a province."""
    return [code for code, places in _places().items() if places[0].nuts2 == nuts2]


def is_walloon(postal_code: str) -> bool:
    """Whether a Belgian postal code lies in Wallonia: 1300-1499 and 4000-7999.

    The range decides, not the table: large organisations have codes of their own that no table of
    municipalities lists (5012 is the Parliament of Wallonia's).
    """
    code = clean_postal_code(postal_code)
    if not re.fullmatch(r"\d{4}", code, flags=re.ASCII):
        return False
    return 1300 <= int(code) <= 1499 or 4000 <= int(code) <= 7999


def province_of(postal_code: str) -> str:
    """The province's name in the running language, or an empty string."""
    places = find(postal_code)
    return places[0].province_name if places else ""
