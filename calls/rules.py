"""Who may do what with calls and applications."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_communication, is_editor, is_member, is_officer, is_reader, is_staff, is_system
from wecd.common.workflow import because


@because(_("Only members of the applicant enterprise can do this."))
@rules.predicate
def is_applicant(user, application):
    return is_member(user, application.enterprise)


@because(_("Only an owner or editor of the applicant enterprise can do this."))
@rules.predicate
def is_applicant_editor(user, application):
    return is_editor(user, application.enterprise)


@because(_("You are a member of this enterprise: someone else must handle its application."))
@rules.predicate
def is_not_applicant(user, application):
    return application.enterprise_id not in user.enterprise_roles


@because(_("Only programme staff can change calls."))
@rules.predicate
def writes_calls(user, call=None):
    return is_officer(user)


@because(_("Only call officers and communication staff can answer questions."))
@rules.predicate
def moderates_questions(user, row=None):
    return is_officer(user) or is_communication(user)


@because(_("Only a call officer or the portal itself can do this."))
@rules.predicate
def is_officer_or_system(user, row=None):
    return is_officer(user) or is_system(user)


@because(_("An auditor reads everything and changes nothing."))
@rules.predicate
def writes_notes(user, row=None):
    return is_staff(user) or is_communication(user)


@because(_("Only a call officer, a programme manager or finance can write to an applicant."))
@rules.predicate
def writes_to_applicants(user, row=None):
    return is_staff(user)


sees_applications = is_reader | is_applicant
