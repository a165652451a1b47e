"""Invented Walloon enterprises with valid enterprise numbers, and the people who run them."""

import random
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.domain import enterprises
from accounts.enums import LegalForm, NaceRevision
from accounts.models import Enterprise, User
from wecd.common import places
from wecd.demo.content import load


@dataclass
class Life:
    """An enterprise with its person, its trade and the ideas of that trade."""

    enterprise: Enterprise
    person: User
    trade: dict


def enterprise_number(base: int) -> str:
    """Eight digits and their check, 01 to 97."""
    return f"{base:08d}{97 - base % 97:02d}"


def iban(account: int) -> str:
    """A Belgian IBAN with both checks right, for bank code 539 (the usual example)."""
    body = f"539{account % 10**7:07d}"
    bban = body + f"{int(body) % 97 or 97:02d}"
    return f"BE{98 - int(bban + '111400') % 97:02d}{bban}"


def plain(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(character for character in ascii_text.lower() if character.isalnum())


class Population:
    """Makes a new, different enterprise each time; the same seed makes the same ones."""

    def __init__(self, seed: int = 908):
        self.random = random.Random(seed)  # noqa: S311  (demonstration data)
        self.taken: set[str] = set()
        self.made = 0

    def life(self, *, most: int = 249) -> Life:
        """A new enterprise of at most ``most`` people, and the person who runs it."""
        lives = load("lives")
        self.made += 1
        trade = lives["trades"][self.made % len(lives["trades"])]
        family = self.random.choice(lives["families"])
        place = places.find(self.random.choice(lives["places"]))[0]
        name = self.random.choice(trade["names"]).format(family=family, place=place.names["fr"])
        while name in self.taken:
            name = f"{name} {self.random.choice(ENDINGS)}"
        self.taken.add(name)
        first_name = self.random.choice(lives["first_names"])
        person = User.objects.create_user(
            email=f"{plain(first_name)}.{plain(family)}{self.made}@{plain(name)}.example",
            name=f"{first_name} {family}",
            phone=f"+32 4{self.random.randint(70, 99)} {self.random.randint(10, 99)} 00 00",
        )
        headcount = min(most, self.random.choice([1, 1, 2, 3, 4, 6, 8, 12, 18, 26, 44, 80]))
        enterprise = enterprises.create(
            by=person,
            name=name,
            number=enterprise_number(4_100_000 + self.made * 3571),
            legal_form=self._legal_form(headcount),
            has_vat=True,
            founded_on=date(self.random.randint(1988, 2024), self.random.randint(1, 12), 14),
            headcount=headcount,
            turnover=Decimal(headcount * self.random.randint(60, 140) * 1000),
            balance_sheet=Decimal(headcount * self.random.randint(30, 90) * 1000),
            iban=iban(1_000_000 + self.made * 137),
            sites=[
                {
                    "is_registered_office": True,
                    "street": f"Rue {self.random.choice(STREETS)} {self.random.randint(1, 180)}",
                    "postal_code": place.postal_code,
                    "municipality": place.names["fr"],
                }
            ],
            activities=[{"code": trade["nace"], "revision": NaceRevision.REV21, "is_main": True}],
        )
        return Life(enterprise, person, trade)

    def _legal_form(self, headcount: int) -> str:
        if headcount == 1:
            return self.random.choice([LegalForm.SELF_EMPLOYED, LegalForm.SRL])
        return self.random.choice([LegalForm.SRL, LegalForm.SRL, LegalForm.SA, LegalForm.SC, LegalForm.ASBL])


ENDINGS = ["& Fils", "& Filles", "& Cie", "Frères", "Sœurs", "Atelier"]
STREETS = [
    "de la Station",
    "du Moulin",
    "des Tanneurs",
    "Haute",
    "du Pont",
    "de l’Industrie",
    "Neuve",
    "du Parc",
]
