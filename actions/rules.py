"""Who may write an action's page."""

import rules
from django.utils.translation import gettext_lazy as _

from partners.rules import partners_of
from wecd.common.workflow import because


@because(_("Only an editor of the partner that leads the action can do this."))
@rules.predicate
def edits_action(user, action=None):
    """An editor of the partner that leads it; without an action, of any partner."""
    mine = partners_of(user)
    return bool(mine) if action is None else action.lead_id in mine
