"""Who may write a partner's page."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_partner_editor
from wecd.common.workflow import because


def partners_of(user) -> set:
    """Ids of the partners whose pages this person edits; read once a request."""
    if not is_partner_editor(user):
        return set()
    if not hasattr(user, "_partners_edited"):
        user._partners_edited = set(user.partner_memberships.values_list("partner_id", flat=True))
    return user._partners_edited


@because(_("Only an editor of the partner can do this."))
@rules.predicate
def edits_partner(user, partner=None):
    """An editor of this partner; without a partner, of any."""
    mine = partners_of(user)
    return bool(mine) if partner is None else partner.pk in mine
