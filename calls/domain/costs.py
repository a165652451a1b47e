"""Who pays what of a cost."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import gettext as _

from calls.models import Strand
from wecd.common.formatting import money

CENT = Decimal("0.01")
MOST = Decimal(10_000_000)


@dataclass(frozen=True)
class Split:
    """A cost excluding VAT, the grant (rate, up to the ceiling), the applicant's share, and the VAT."""

    cost: Decimal
    grant: Decimal
    own: Decimal
    vat: Decimal
    below_floor: bool
    capped: bool


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def split(strand: Strand, cost: Decimal, vat_rate: Decimal) -> Split:
    """Share a cost under a strand. VAT is never funded: it is the applicant's, on top."""
    wanted = cents(cost * strand.funding_rate / 100)
    grant = min(wanted, strand.ceiling)
    return Split(
        cost=cost,
        grant=grant,
        own=cost - grant,
        vat=cents(cost * vat_rate / 100),
        below_floor=grant < strand.floor,
        capped=wanted - strand.ceiling >= 1,  # cents of the round example are not worth a sentence
    )


def telling_cost(strand: Strand) -> Decimal:
    """The cost at which the largest grant is reached, in whole euros: the example shown first."""
    return (strand.ceiling * 100 / strand.funding_rate).quantize(Decimal(1), ROUND_CEILING)


def read_cost(text: str) -> tuple[Decimal | None, str]:
    """An amount as people type it ("8 000", "8.000,50", "€ 8000"), or a sentence saying what to write."""
    kept = "".join(char for char in text if char.isascii() and (char.isdigit() or char in ",.-"))
    if "," in kept and "." in kept:
        last = max(kept.rfind(","), kept.rfind("."))
        kept = kept[:last].replace(",", "").replace(".", "") + "." + kept[last + 1 :]
    elif kept.count(",") + kept.count(".") == 1:
        head, tail = kept.replace(",", ".").split(".")
        kept = head + tail if len(tail) == 3 else f"{head}.{tail}"
    else:
        kept = kept.replace(",", "").replace(".", "")
    try:
        cost = Decimal(kept)
    except InvalidOperation:
        return None, _("Write the cost as a number, for example 8000.")
    if cost <= 0:
        return None, _("Write a cost above zero.")
    if cost > MOST:
        return None, _("Write a cost of at most %(most)s.") % {"most": money(MOST)}
    return cents(cost), ""
