"""Who writes a partner's page, and who acts in its space."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_manager, is_partner_editor, is_system
from wecd.common.workflow import because


def partners_of(user) -> set:
    """Ids of the partners whose pages this person edits; read once a request."""
    return memberships_of(user) if is_partner_editor(user) else set()


def memberships_of(user) -> set:
    """Ids of the partners this person works for, whatever their role; read once a request."""
    if user is None or not user.is_authenticated or not user.is_active:
        return set()
    if not hasattr(user, "_partners"):
        user._partners = set(user.partner_memberships.values_list("partner_id", flat=True))
    return user._partners


@because(_("Only an editor of the partner can do this."))
@rules.predicate
def edits_partner(user, partner=None):
    """An editor of this partner; without a partner, of any."""
    mine = partners_of(user)
    return bool(mine) if partner is None else partner.pk in mine


@because(_("Only a member of the partner can do this."))
@rules.predicate
def is_member(user, thing=None):
    """Works for this partner, or the one whose key or agreement this is; without any, for some partner."""
    mine = memberships_of(user)
    return bool(mine) if thing is None else getattr(thing, "partner_id", thing.pk) in mine


is_at_home = is_member | is_manager
handles_keys = is_at_home | is_system
for _rule in (is_at_home, handles_keys):
    _rule.because = _("Only a member of the partner or a programme manager can do this.")
