"""States and words of public money."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AwardState(models.TextChoices):
    RESERVE = "reserve", _("On the reserve list")
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    ACTIVE = "active", _("Active")
    COMPLETED = "completed", _("Completed")
    DECLINED = "declined", _("Sent back")
    RELEASED = "released", _("Released")


AWARD_MOVES = {  # verb: (from, to)
    "promote": ({AwardState.RESERVE}, AwardState.PROPOSED),
    "approve": ({AwardState.PROPOSED}, AwardState.APPROVED),
    "decline": ({AwardState.PROPOSED}, AwardState.DECLINED),
    "lapse": ({AwardState.PROPOSED, AwardState.RESERVE}, AwardState.DECLINED),
    "release": ({AwardState.APPROVED, AwardState.ACTIVE}, AwardState.RELEASED),
}


class LedgerKind(models.TextChoices):
    COMMIT = "commit", _("Committed")
    RELEASE = "release", _("Released")
    PAY = "pay", _("Paid")


class LegalBasis(models.TextChoices):
    """On what ground aid may be given. Each award stores its own."""

    DE_MINIMIS = "de_minimis", _("De minimis aid, Regulation (EU) 2023/2831")
    GBER_28 = "gber_28", _("Innovation aid for SMEs, GBER art. 28")
    GBER_18 = "gber_18", _("Consultancy aid for SMEs, GBER art. 18")
    NO_AID = "no_aid", _("No State aid")
