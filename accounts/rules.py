"""Who people are, as predicates on (user, object). Roles are read once a request, never per row."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.enums import READERS, MemberRole, Role
from wecd.common.workflow import because


def has_role(user, *roles: str) -> bool:
    return user is not None and user.is_active and not user.role_names.isdisjoint(roles)


def _role(message, *roles):
    return because(message)(rules.predicate(lambda user: has_role(user, *roles), name="_or_".join(roles)))


is_manager = _role(_("Only a programme manager can do this."), Role.MANAGER)
is_officer = _role(_("Only a call officer can do this."), Role.OFFICER, Role.MANAGER)
is_finance = _role(_("Only finance staff can do this."), Role.FINANCE)
is_auditor = _role(_("Only an auditor can see this."), Role.AUDITOR)
is_staff = _role(_("Only programme staff can do this."), Role.MANAGER, Role.OFFICER, Role.FINANCE)
is_communication = _role(_("Only communication staff can do this."), Role.COMMUNICATION, Role.MANAGER)
is_reader = _role(_("Only programme staff can see this."), *READERS)
sees_personal_data = _role(
    _("Your role does not need people's personal data."),
    Role.MANAGER,
    Role.OFFICER,
    Role.FINANCE,
    Role.AUDITOR,
)
is_partner_editor = _role(_("Only an editor of the partner can do this."), Role.PARTNER_EDITOR)
is_hub_manager = _role(_("Only the hub's manager can do this."), Role.HUB_MANAGER)


@rules.predicate
def is_system(user):
    return getattr(user, "is_system", False)  # nobody signed in has no such word


def has_programme_role(user) -> bool:
    """Whether the person acts for the programme (staff or the system), not for an enterprise."""
    return bool(user) and (is_system(user) or has_role(user, *READERS))


@because(_("Your role reads enterprises and registers none."))
@rules.predicate
def may_register(user):
    """Anyone signed in may register an enterprise or ask to join one; those who only read may not."""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    return not has_role(user, Role.AUDITOR, Role.COMMUNICATION) or is_staff(user)


@because(_("Only a member of the enterprise can do this."))
@rules.predicate
def is_member(user, enterprise):
    return user is not None and enterprise is not None and enterprise.pk in user.enterprise_roles


@because(_("You may read this enterprise's files, not change them. Ask an owner for more rights."))
@rules.predicate
def is_editor(user, enterprise):
    return (
        user is not None
        and enterprise is not None
        and user.enterprise_roles.get(enterprise.pk) in (MemberRole.OWNER, MemberRole.EDITOR)
    )


@because(_("Only an owner of the enterprise can do this."))
@rules.predicate
def is_owner(user, enterprise):
    return (
        user is not None
        and enterprise is not None
        and user.enterprise_roles.get(enterprise.pk) == MemberRole.OWNER
    )


# What lies below this app asks by name who has a role. The journal's facts and the mails hold personal data.
rules.add_rule("reads_programme", is_reader)
rules.add_rule("sees_personal_data", sees_personal_data)
rules.add_rule("handles_mail", is_officer)
rules.add_rule("writes_mail", is_communication)
for _name in ("journalentry", "journalhead", "outboxmessage"):
    rules.add_perm(f"common.view_{_name}", sees_personal_data)
for _name in ("clock", "mailtemplate", "savedview"):
    if not rules.perm_exists(f"common.view_{_name}"):
        rules.add_perm(f"common.view_{_name}", is_reader)

# Views of a list are kept by those who work with it; a shared one that misleads is a manager's to delete.
rules.add_perm("common.keep_savedview", is_staff | is_communication)
rules.add_perm("common.delete_savedview", is_manager)
