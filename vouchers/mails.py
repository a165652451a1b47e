"""The mails about vouchers: when each is sent, and what it can tell."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wecd.common import formatting
from wecd.common.mails import Mail, Placeholder, declare


def _own_share_received(c) -> str:
    voucher = c["about"]
    if not voucher.contribution_on:
        return ""
    return _("We received your own share of %(share)s on %(day)s. Work done from that day on is covered.") % {
        "share": formatting.money(voucher.own_share),
        "day": formatting.date(voucher.contribution_on, "long"),
    }


def _account(c) -> str:
    account = c["call"].own_share_account
    return f"{_('To the account (IBAN):')} {account}" if account else ""


CODE = Placeholder("code", gettext_lazy("Code of the voucher"), "WECD-7K2M-9QXF", lambda c: c["about"].code)
SUM = Placeholder(
    "sum", gettext_lazy("Value of the voucher"), "6 000 €", lambda c: formatting.money(c["about"].amount)
)
LINK = Placeholder(
    "link",
    gettext_lazy("Address of the voucher’s page"),
    "https://portail.example/fr/vouchers/…/",
    lambda c: settings.SITE_URL + reverse("voucher", args=[c["about"].pk]),
)


def _with_call(row) -> dict:
    return {"call": row.award.application.call}


declare(
    Mail(
        "vouchers/pay_own_share",
        gettext_lazy("Pay the own share"),
        gettext_lazy("When a voucher waits for the enterprise’s own share: to whoever submitted."),
        (
            CODE,
            SUM,
            Placeholder(
                "share",
                gettext_lazy("The own share, exactly as it must be paid"),
                "2 000 €",
                lambda c: formatting.money(c["about"].own_share),
                needed=True,
            ),
            Placeholder(
                "account",
                gettext_lazy("Line: the account to pay to. Empty when the call has none."),
                "BE68 5390 0754 7034",
                _account,
                needed=True,
            ),
            Placeholder(
                "payment_reference",
                gettext_lazy("Structured reference of the payment"),
                "+++123/4567/89002+++",
                lambda c: c["about"].payment_reference,
                needed=True,
            ),
            LINK,
        ),
        to_applicant=True,
        context=_with_call,
    ),
    Mail(
        "vouchers/issued",
        gettext_lazy("Voucher issued"),
        gettext_lazy("When a voucher is issued: to whoever submitted the application."),
        (
            CODE,
            SUM.must(),
            Placeholder(
                "day",
                gettext_lazy("Last day of the voucher"),
                gettext_lazy("Friday 3 December 2027"),
                lambda c: formatting.date(c["about"].expires_on, "full"),
                needed=True,
            ),
            Placeholder(
                "own_share_received",
                gettext_lazy("Sentence: the own share was received. Empty when none was asked."),
                gettext_lazy("We received your own share of 2,000 €."),
                _own_share_received,
            ),
            LINK.must(),
        ),
        to_applicant=True,
    ),
)
