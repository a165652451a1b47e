"""A voucher's story: what happened, what happens now, what is still to come."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from vouchers.enums import VoucherState
from vouchers.models import Voucher
from wecd.common import formatting


@dataclass(frozen=True)
class Step:
    """One line of the story. ``kind`` is ``pay`` where the payment instructions belong."""

    title: str
    body: str
    state: str = "to-come"  # done, now, to-come
    at: str = ""
    kind: str = ""


def of(voucher: Voucher, call) -> list[Step]:
    """The steps of a voucher, in order; an ended one tells only what happened."""
    happened = [_awarded(voucher)]
    if voucher.own_share and (voucher.payment_reference or voucher.contribution_on):
        happened.append(_own_share(voucher))
    if voucher.issued_at:
        happened.append(_issued(voucher))
    if voucher.state in (VoucherState.EXPIRED, VoucherState.CANCELLED):
        return [step for step in happened if step.state == "done"] + [_ended(voucher)]
    return happened + _to_come(voucher)


def _awarded(voucher) -> Step:
    award = voucher.award
    return Step(
        _("Your project is awarded"),
        _("%(sum)s, %(rate)s of an eligible cost of %(cost)s, excl. VAT.")
        % {
            "sum": formatting.money(award.amount),
            "rate": formatting.percent(award.rate),
            "cost": formatting.money(award.eligible_cost),
        },
        "done",
        formatting.date(award.approved_at, "medium"),
    )


def _own_share(voucher) -> Step:
    share = formatting.money(voucher.own_share)
    if voucher.contribution_on:
        return Step(
            _("Your own share is paid"),
            _("%(sum)s received.") % {"sum": share},
            "done",
            formatting.date(voucher.contribution_on, "medium"),
        )
    return Step(
        _("Over to you: pay your own share"),
        _("Transfer %(sum)s. Your voucher is issued when we receive it. Work begun before is not covered.")
        % {"sum": share},
        "now",
        _("now"),
        "pay",
    )


def _issued(voucher) -> Step:
    return Step(
        _("Your voucher is issued"),
        _("You can use it until %(day)s.") % {"day": formatting.date(voucher.expires_on)},
        "done",
        formatting.date(voucher.issued_at, "medium"),
    )


def _ended(voucher) -> Step:
    title = (
        _("The voucher has expired")
        if voucher.state == VoucherState.EXPIRED
        else _("The voucher was cancelled")
    )
    return Step(
        title,
        _("Its money is free again for other projects. It cannot be used any more."),
        "done",
        formatting.date(voucher.updated_at, "medium"),
    )


def _to_come(voucher) -> list[Step]:
    """Later steps, in muted words."""
    issued = voucher.state == VoucherState.ISSUED
    then = _("then")
    steps = [
        Step(
            _("Choose your provider"),
            _("Show the code to a recognised creative provider, agree on a quote and sign it, both of you."),
            "now" if issued else "to-come",
            _("now") if issued else then,
        ),
        Step(_("The work is delivered"), _("Your provider uploads the invoice and a report."), at=then),
        Step(_("You check the delivery"), _("You have 15 working days to validate it."), at=then),
        Step(_("The administration checks"), _("15 working days at most after you."), at=then),
        Step(
            _("Your provider is paid"),
            _("%(sum)s go to your provider. You pay the VAT, %(vat)s, directly.")
            % {"sum": formatting.money(voucher.amount), "vat": formatting.money(voucher.vat)},
            at=then,
        ),
    ]
    if not issued:
        steps.insert(
            0,
            Step(
                _("Your voucher is issued"),
                _("It is valid for %(months)s months from the day your own share arrives.")
                % {"months": voucher.project_months},
                at=then,
            ),
        )
    return steps
