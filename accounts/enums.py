"""Words of the accounts app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Roles in the back office; each is a Django group of this name."""

    MANAGER = "manager", _("Programme manager")
    OFFICER = "officer", _("Call officer")
    FINANCE = "finance", _("Finance")
    COMMUNICATION = "communication", _("Communication")
    AUDITOR = "auditor", _("Auditor")
    PARTNER_EDITOR = "partner_editor", _("Partner editor")
    HUB_MANAGER = "hub_manager", _("Hub manager")


READERS = (
    Role.MANAGER,
    Role.OFFICER,
    Role.FINANCE,
    Role.COMMUNICATION,
    Role.AUDITOR,
)  # of the whole programme


class SizeClass(models.TextChoices):
    """Size of an enterprise by Recommendation 2003/361/EC."""

    MICRO = "micro", _("Micro")
    SMALL = "small", _("Small")
    MEDIUM = "medium", _("Medium")
    LARGE = "large", _("Large")


class LegalForm(models.TextChoices):
    """Legal forms of Belgian applicants, as the business register groups them."""

    SELF_EMPLOYED = "self_employed", _("Self-employed (natural person)")
    SRL = "srl", _("SRL (limited company)")
    SA = "sa", _("SA (public limited company)")
    SC = "sc", _("SC (cooperative)")
    SNC = "snc", _("SNC or SComm (partnership)")
    ASBL = "asbl", _("ASBL (non-profit association)")
    FOUNDATION = "foundation", _("Foundation")
    PUBLIC_BODY = "public_body", _("Public body")
    SCHOOL = "school", _("School or university")
    OTHER = "other", _("Other")


class MemberRole(models.TextChoices):
    """What a person may do for an enterprise."""

    OWNER = "owner", _("Owner: decides on members")
    EDITOR = "editor", _("Editor: applies and submits")
    READER = "reader", _("Reader: sees everything")


class MembershipState(models.TextChoices):
    ASKED = "asked", _("Asked to join")
    INVITED = "invited", _("Invited")
    ACTIVE = "active", _("Member")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended")


MEMBERSHIP_MOVES = {  # verb: (from, to)
    "accept": ({MembershipState.ASKED}, MembershipState.ACTIVE),
    "refuse": ({MembershipState.ASKED}, MembershipState.REFUSED),
    "join": ({MembershipState.INVITED}, MembershipState.ACTIVE),
    "change_role": ({MembershipState.ACTIVE}, MembershipState.ACTIVE),
    "end": ({MembershipState.ACTIVE, MembershipState.INVITED}, MembershipState.ENDED),
}


class NaceRevision(models.TextChoices):
    REV2 = "2008", _("NACE-BEL 2008 (Rev. 2)")
    REV21 = "2025", _("NACE-BEL 2025 (Rev. 2.1)")
