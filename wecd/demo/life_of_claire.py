"""Claire Lejeune of Tissages Hodister: the entrepreneur whose space shows one of everything."""

import random
from datetime import date, timedelta
from decimal import Decimal

from accounts.domain import enterprises
from accounts.enums import LegalForm, NaceRevision
from accounts.models import User
from calls.models import Call
from wecd.demo import applications as applying
from wecd.demo.clock import local
from wecd.demo.content import load
from wecd.demo.enterprises import Life, iban
from wecd.demo.story import Story

TOO_DEAR = [  # the second line passes the ceiling of 625 € a day: the workspace says so, and what to do
    {"label": "Recherche matière et couleur", "quantity": "4", "unit_price": "600"},
    {"label": "Prototype à l’échelle 1, deux formats", "quantity": "5", "unit_price": "680"},
    {"label": "Essais acoustiques à l’atelier", "quantity": "3", "unit_price": "600"},
    {"label": "Dossier de production", "quantity": "1", "unit_price": "400"},
]
TEXTILE = 0  # her trade's place in the list of trades


def tell(story: Story, calls: dict[str, Call], claire: User) -> None:
    """An awarded voucher in spring, two applications on their way, and a draft to finish."""
    spring, voucher = calls["cheque-creativite-printemps"], calls["cheque-creativite"]
    boost, people = calls["boost-up"], calls["creative-people"]
    first = local(spring.opens_at, days=1, hour=10)
    found: dict[str, Life] = {}
    story.then(first, lambda: found.update(life=_enterprise(claire)))

    def applies(call: Call, title: str, idea: str, kind: str, *, finished: bool = True):
        def event() -> None:
            life, dice = found["life"], random.Random(title)  # noqa: S311
            application = applying.begin(call, life, title=title)
            texts = applying.texts(life, dice, idea=idea, kind=kind, starts=call.opens_at)
            if finished:
                applying.write(application, life, texts)
                applying.submit(application, life)
            else:
                unfinished = {key: text for key, text in texts.items() if not key.startswith("aides-")}
                applying.write(application, life, unfinished | {"budget": {"lines": TOO_DEAR}}, part=0.99)

        return event

    ideas = dict(load("lives")["trades"][TEXTILE]["ideas"])
    blanket, panels, plaid = (
        "Couvertures réparables, première gamme",
        "Panneaux acoustiques en chutes de laine",
        "Un plaid tissé à partir de vêtements de travail",
    )
    story.then(first + timedelta(hours=2), applies(spring, blanket, ideas[blanket], "voucher"))
    story.then(
        local(boost.opens_at, days=6, hour=20),
        applies(boost, "Couvertures réparables, mise sur le marché", ideas[blanket], "boost"),
    )
    story.then(
        local(people.opens_at, days=12, hour=14),
        applies(people, "Atelier « voir par la matière »", ideas[plaid], "boost"),
    )
    story.then(
        local(story.now, days=-1, hour=17, minute=52),
        applies(voucher, panels, ideas[panels], "voucher", finished=False),
    )


def _enterprise(claire: User) -> Life:
    enterprise = enterprises.create(
        by=claire,
        name="Tissages Hodister",
        number="0799123414",
        legal_form=LegalForm.SRL,
        has_vat=True,
        founded_on=date(1996, 5, 2),
        headcount=12,
        turnover=Decimal(1_240_000),
        balance_sheet=Decimal(780_000),
        website="https://tissages-hodister.example",
        iban=iban(7_547_034),
        sites=[
            {
                "is_registered_office": True,
                "street": "Rue des Foulons 14",
                "postal_code": "4800",
                "municipality": "Verviers",
            }
        ],
        activities=[{"code": "13200", "revision": NaceRevision.REV21, "is_main": True}],
    )
    return Life(enterprise, claire, load("lives")["trades"][TEXTILE])
