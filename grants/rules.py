"""Who may propose, approve and release public money."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.rules import has_role, is_editor, is_reader, is_system
from wecd.common.workflow import because


@because(_("Only a programme manager or finance can approve an award."))
@rules.predicate
def is_approver(user):
    return has_role(user, Role.MANAGER, Role.FINANCE)


@because(_("You proposed this award: another person must approve it."))
@rules.predicate
def is_not_proposer(user, award):
    return award.proposed_by_id != user.pk


@because(_("You are a member of this enterprise: someone else must decide."))
@rules.predicate
def is_not_beneficiary(user, award):
    return award.enterprise_id not in user.enterprise_roles


@because(_("Only a call officer can do this."))
@rules.predicate
def handles_proposals(user, award=None):
    return has_role(user, Role.OFFICER, Role.MANAGER) or is_system(user)


@because(_("Only a programme manager or finance can release money."))
@rules.predicate
def releases_money(user, award=None):
    return has_role(user, Role.MANAGER, Role.FINANCE) or is_system(user)


@rules.predicate
def is_beneficiary(user, award):
    return is_editor(user, award.enterprise)


# The ledger is no ``Row``: it is written by Postgres' rules, and read by whoever reads envelopes.
rules.add_perm("grants.view_ledgerentry", is_reader)
