"""Moves of an application in the back office: buttons with the reason where one is missing, a page each."""

from collections.abc import Callable
from dataclasses import dataclass

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.admin import applications_forms as forms
from calls.admin.applications_information import InformationForm
from calls.admin.applications_words import state_tag
from calls.domain import checks, decisions, information, limits
from calls.enums import ApplicationState
from calls.models import Application
from grants.enums import AwardState, LegalBasis
from wecd.common import formatting
from wecd.common.workflow import NotAllowed, Refused, why_not, why_not_permitted


@dataclass(frozen=True)
class Page:
    """One move: its words, what it asks, the domain call it makes."""

    label: str
    intro: str
    act: Callable
    form: type = forms.ReasonForm
    primary: bool = False
    danger: bool = False


PAGES = {
    "request_information": Page(
        gettext_lazy("Request information"),
        gettext_lazy(
            "The applicant can change what you name here, and nothing else, until the deadline. The clock"
            " stands still meanwhile."
        ),
        information.request,
        InformationForm,
    ),
    "resume": Page(
        gettext_lazy("Ask no more"),
        gettext_lazy(
            "What was submitted stands as it was, the clock goes on, and the applicant is told why."
        ),
        information.take_back,
    ),
    "admit": Page(
        gettext_lazy("Declare admissible"),
        gettext_lazy("The applicant is told that the conditions are met."),
        decisions.admit,
        forms.NothingForm,
        primary=True,
    ),
    "refuse": Page(
        gettext_lazy("Declare not admissible"),
        gettext_lazy("The applicant gets these reasons, and until when and how to object."),
        decisions.refuse,
        forms.ReasonsForm,
        danger=True,
    ),
    "propose": Page(
        gettext_lazy("Propose an award"),
        gettext_lazy("Nothing is committed before a second person approves. The applicant is not told yet."),
        decisions.propose,
        forms.ProposeForm,
        primary=True,
    ),
    "award": Page(
        gettext_lazy("Approve the award"),
        gettext_lazy(
            "Your signature is the second: it commits the money, awards the application and tells the"
            " applicant."
        ),
        decisions.approve,
        forms.NothingForm,
        primary=True,
    ),
    "send_back": Page(
        gettext_lazy("Send the proposal back"),
        gettext_lazy("The officer looks at it again. The applicant is not told."),
        decisions.send_back,
    ),
    "promote": Page(
        gettext_lazy("Propose the reserve list’s first"),
        gettext_lazy("The first of the call’s reserve list whose whole amount fits is proposed."),
        lambda row, *, by: _promote(row, by=by),
        forms.NothingForm,
        primary=True,
    ),
    "reject": Page(
        gettext_lazy("Reject"),
        gettext_lazy("The applicant gets these reasons, and until when and how to object."),
        decisions.reject,
        forms.ReasonsForm,
        danger=True,
    ),
    "release": Page(
        gettext_lazy("Release the award"),
        gettext_lazy("The money is free again; the first of the reserve list that fits is proposed."),
        decisions.release,
        danger=True,
    ),
    "assign": Page(
        gettext_lazy("Assign"),
        gettext_lazy("Whoever is assigned finds it under “mine” in the list."),
        decisions.assign,
        forms.AssignForm,
    ),
}


def _promote(row, *, by):
    promoted = decisions.promote_first(row.call, by=by)
    if promoted is None:
        raise Refused(
            _("Only %(left)s may still be proposed: nobody on the reserve list fits.")
            % {"left": formatting.money(max(limits.envelope_room(row.call), 0))}
        )


def why_not_now(application: Application, verb: str, user) -> str | None:
    """Why this person cannot do it: "" when they can, None when it is not a move of this state at all."""
    state, award = application.state, application.award
    if verb == "assign":
        may = rules.has_perm(application.get_perm("assign"), user, application)
        return "" if may else why_not_permitted(application, "assign", user)
    if verb == "release":
        if state != ApplicationState.AWARDED or award.state == AwardState.RELEASED:
            return None
        return why_not(award, "release", user)
    if state not in application.MOVES[verb][0]:
        return None
    why = why_not(application, verb, user)
    if not why and verb in ("award", "send_back"):
        why = why_not(award, "approve", user)  # declining is for the same people
    return why


def buttons(application: Application, user) -> list[dict]:
    """The moves of this state: each with its address, or why not."""
    found = []
    for verb, page in PAGES.items():
        why = why_not_now(application, verb, user)
        if why is None:
            continue
        label = page.label
        if verb == "award":
            label = _("Approve %(sum)s") % {"sum": formatting.money(application.award.amount)}
        found.append(
            {
                "verb": verb,
                "label": label,
                "url": reverse("admin:calls_application_move", args=[application.pk, verb]),
                "why": why,
                "primary": page.primary,
                "danger": page.danger,
            }
        )
    return found


def move_page(admin, request, application: Application, verb: str):
    """Say what will happen, with the checks before the button; on POST do it, or show the refusal."""
    page = PAGES.get(verb)
    if page is None:
        raise Http404
    why = why_not_now(application, verb, request.user)
    if why is None:
        messages.info(
            request, _("This is no longer possible: it is now “%s”.") % application.get_state_display()
        )
        return HttpResponseRedirect(page_url(application))
    if why:
        raise PermissionDenied(why)
    form, refused = _form(page, request, application), ""
    if request.method == "POST" and form.is_valid():
        try:
            page.act(application, by=request.user, **form.facts())
        except (Refused, NotAllowed) as error:
            refused = str(error)
        else:
            application.refresh_from_db()
            messages.success(
                request,
                _("%(reference)s is now: %(state)s.")
                % {"reference": application.reference, "state": application.get_state_display()},
            )
            return HttpResponseRedirect(page_url(application))
    context = admin.admin_site.each_context(request) | {
        "application": application,
        "call": application.call,
        "state_tag": state_tag(application),
        "title": page.label,
        "intro": page.intro,
        "form": form,
        "refused": refused,
        "checks": _checks(verb, application, request.user),
        "facts": _facts(verb, application),
        "button": _button(verb, page, application),
        "danger": page.danger,
        "back": page_url(application),
    }
    return TemplateResponse(request, "admin/applications/move.html", context, status=409 if refused else 200)


def page_url(application: Application) -> str:
    return reverse("admin:calls_application_change", args=[application.pk])


def _form(page: Page, request, application):
    extra = {}
    if page.form is forms.ReasonsForm and page.act is decisions.refuse:
        extra["rules"] = application.rule_results or []
    if page.form is forms.ProposeForm:
        extra["initial"] = {
            "amount": limits.limits_of(application).suggested,
            "legal_basis": LegalBasis.DE_MINIMIS,
        }
    if page.form is forms.AssignForm:
        extra["initial"] = {"officer": application.officer_id or request.user.pk}
    if page.form is InformationForm:
        extra["application"] = application
    return page.form(request.POST if request.method == "POST" else None, **extra)


def _checks(verb, application, user):
    if verb == "propose":
        return checks.before_proposal(application)
    return checks.before_approval(application, by=user) if verb == "award" else []


def _facts(verb, application) -> list[tuple[str, str]]:
    if verb == "propose":
        bounds = limits.limits_of(application)
        return [
            (_("Requested"), formatting.money(bounds.requested)),
            (
                _("%(rate)s of %(cost)s")
                % {"rate": formatting.percent(bounds.rate), "cost": formatting.money(bounds.cost)},
                formatting.money(bounds.by_rate),
            ),
            (_("Ceiling of the strand"), formatting.money(bounds.ceiling)),
            (_("The most you may propose"), formatting.money(bounds.most)),
        ]
    if application.award and verb in ("award", "send_back", "release"):
        award = application.award
        return [
            (_("Amount"), formatting.money(award.amount)),
            (_("Own share"), formatting.money(award.own_share)),
            (_("Legal basis"), award.get_legal_basis_display()),
            (_("Proposed by"), str(award.proposed_by)),
        ]
    return []


def _button(verb, page, application) -> str:
    if verb == "award":
        return _("Approve %(sum)s") % {"sum": formatting.money(application.award.amount)}
    return page.label
