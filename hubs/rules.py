"""Who may write a hub's page."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_hub_manager
from wecd.common.workflow import because


def hubs_of(user) -> set:
    """Ids of the hubs whose pages this person keeps; read once a request."""
    if not is_hub_manager(user):
        return set()
    if not hasattr(user, "_hubs_managed"):
        user._hubs_managed = set(user.hubs_managed.values_list("hub_id", flat=True))
    return user._hubs_managed


@because(_("Only the hub's manager can do this."))
@rules.predicate
def manages_hub(user, hub=None):
    """A manager of this hub; without a hub, of any."""
    mine = hubs_of(user)
    return bool(mine) if hub is None else hub.pk in mine
