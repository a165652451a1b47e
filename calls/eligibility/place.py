"""Where the enterprise is."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.eligibility.base import DONT_KNOW, YES_NO, PublicQuestion, Rule, register, said

WHICH = ("seat", "site", "both", "either")


@register
class WalloniaSeatOrSite(Rule):
    """``which``: seat (registered office), site (operating site), both, or either."""

    code = "wallonia_seat_or_site"
    title = gettext_lazy("Established in Wallonia")

    LABELS = {
        "seat": gettext_lazy("Is your registered office in Wallonia?"),
        "site": gettext_lazy("Do you have an operating site in Wallonia?"),
        "both": gettext_lazy("Are your registered office and an operating site in Wallonia?"),
        "either": gettext_lazy("Is your registered office or an operating site in Wallonia?"),
    }

    def validate_params(self, params):
        found = super().validate_params(params)
        if not found and params.get("which") not in WHICH:
            found.append(_("Say which address counts: seat, site, both or either."))
        return found

    def public_questions(self, params, context):
        return [
            PublicQuestion(
                key=f"wallonia-{params['which']}",
                label=self.LABELS[params["which"]],
                help=gettext_lazy("Postal codes 1300 to 1499 and 4000 to 7999."),
                choices=(*YES_NO, DONT_KNOW),
            )
        ]

    def judge(self, facts, params, context):
        which = params["which"]
        seat, site = facts.seat_in_wallonia, facts.site_in_wallonia
        known = {
            "seat": seat,
            "site": site,
            "both": _both(seat, site),
            "either": _either(seat, site),
        }[which]
        if known is None:
            known = said(facts, f"wallonia-{which}")
        if known is None:
            return self.unknown(
                _("We do not know yet whether you are established in Wallonia."),
                _("Look up the addresses of your enterprise in the Crossroads Bank for Enterprises."),
            )
        if known:
            return self.yes(
                {
                    "seat": _("Your registered office is in Wallonia."),
                    "site": _("You have an operating site in Wallonia."),
                    "both": _("Your registered office and an operating site are in Wallonia."),
                    "either": _("You have an address in Wallonia."),
                }[which]
            )
        return self.no(
            {
                "seat": _("The registered office must be in Wallonia."),
                "site": _("At least one operating site must be in Wallonia."),
                "both": _("The registered office and at least one operating site must be in Wallonia."),
                "either": _("The registered office or an operating site must be in Wallonia."),
            }[which],
            _(
                "If you are opening a site in Wallonia, register it in the Crossroads Bank before you "
                "submit. In Brussels or Flanders, your own region has similar support."
            ),
        )


def _both(seat, site):
    if seat is False or site is False:
        return False
    return True if seat and site else None


def _either(seat, site):
    if seat or site:
        return True
    return False if seat is False and site is False else None
