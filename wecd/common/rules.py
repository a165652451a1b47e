"""Who may handle mail. Roles belong to a higher floor, which says under these names who has them."""

import rules
from django.utils.translation import gettext_lazy as _

from wecd.common.reasons import all_of, because

ABOUT_ACCOUNTS = "accounts/"  # templates whose mails may hold a code or a link that signs in


def _said_above(name: str, user) -> bool:
    return rules.rule_exists(name) and rules.test_rule(name, user)


@because(_("Only a call officer or a programme manager decides what leaves the outbox."))
@rules.predicate
def handles_mail(user, row=None):
    return _said_above("handles_mail", user)


@because(_("Only communication staff or a programme manager changes the texts of mails."))
@rules.predicate
def writes_mail(user, row=None):
    return _said_above("writes_mail", user)


# SECURITY: whoever could edit or send these again could sign in as somebody else
@because(_("This mail is about an account: it may hold a code or a link that signs in. Nobody handles it."))
@rules.predicate
def is_not_about_accounts(user, row):
    return not row.template.startswith(ABOUT_ACCOUNTS)


@because(_("Only the portal itself, or a call officer, notes that a mail came back."))
@rules.predicate
def learns_of_bounces(user, row=None):
    return bool(user) and (getattr(user, "is_system", False) or _said_above("handles_mail", user))


handles_this_mail = all_of(handles_mail, is_not_about_accounts)
