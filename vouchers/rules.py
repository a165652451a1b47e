"""Who may see and move vouchers."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_finance, is_manager, is_member, is_system, sees_personal_data
from wecd.common.workflow import because


@rules.predicate
def is_holder(user, voucher):
    return is_member(user, voucher.enterprise)


@because(_("You are a member of this enterprise: someone else must confirm its payment."))
@rules.predicate
def is_not_holder(user, voucher):
    return not is_holder(user, voucher)


@because(_("Only finance or a programme manager can do this."))
@rules.predicate
def handles_money(user, voucher=None):
    return is_finance(user) or is_manager(user) or is_system(user)


sees_voucher = sees_personal_data | is_holder
