"""Who people are, as predicates on (user, object). Roles are read once a request, never per row."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.enums import MemberRole, Role
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
is_reader = _role(_("Only programme staff can see this."), *Role.values)


@rules.predicate
def is_system(user):
    return user is not None and user.is_system


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
