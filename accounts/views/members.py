"""Pages on which owners decide who acts for their enterprise, and people take up invitations."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.domain import memberships
from accounts.enums import MemberRole
from accounts.forms import InviteForm
from accounts.models import Enterprise, Membership
from wecd.common.workflow import Refused, can


@login_required
def enterprise_members(request, pk):
    """The members; owners invite here."""
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user), pk=pk)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            memberships.invite(enterprise, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The invitation is sent to %(email)s.") % form.cleaned_data)
            return redirect("enterprise_members", pk=pk)
    context = {
        "enterprise": enterprise,
        "form": form,
        "members": [(row, _allowed(row, request.user)) for row in memberships.members_of(enterprise)],
        "may_invite": rules.has_perm(Enterprise.get_perm("invite"), request.user, enterprise),
        "roles": MemberRole.choices,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "accounts/members.html", context, status=status)


def _allowed(row: Membership, user) -> dict[str, bool]:
    return {verb: can(row, verb, user) for verb in Membership.MOVES}


def _membership(request, pk) -> Membership:
    return get_object_or_404(Membership.objects.visible_to(request.user).select_related("enterprise"), pk=pk)


def _role(request) -> str:
    """The role chosen; an unknown one is a tampered form."""
    role = request.POST.get("role", MemberRole.EDITOR)
    if role not in MemberRole.values:
        raise Http404
    return role


@login_required
@require_POST
def membership_accept(request, pk):
    row = memberships.accept(_membership(request, pk), by=request.user, role=_role(request))
    messages.success(request, _("%(person)s is now a member.") % {"person": row.user})
    return redirect("enterprise_members", pk=row.enterprise_id)


@login_required
@require_POST
def membership_refuse(request, pk):
    row = memberships.refuse(_membership(request, pk), by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("The request of %(person)s is refused.") % {"person": row.user})
    return redirect("enterprise_members", pk=row.enterprise_id)


@login_required
@require_POST
def membership_role(request, pk):
    row = memberships.change_role(_membership(request, pk), by=request.user, role=_role(request))
    messages.success(request, _("The role of %(person)s is changed.") % {"person": row.user})
    return redirect("enterprise_members", pk=row.enterprise_id)


@login_required
@require_POST
def membership_end(request, pk):
    row = memberships.end(_membership(request, pk), by=request.user)
    if row.user_id == request.user.pk:
        messages.success(request, _("You have left %(name)s.") % {"name": row.enterprise})
        return redirect("enterprises")
    messages.success(request, _("Done. This person no longer has access."))
    return redirect("enterprise_members", pk=row.enterprise_id)


@never_cache
def invitation(request, token):
    """What the link in an invitation opens, signed in or not. Pressing the button joins."""
    found = memberships.find_invitation(token)
    if found is None:
        return render(request, "accounts/invitation_over.html", status=404)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect("account_login")
        memberships.join(found, by=request.user, token=token)
        messages.success(request, _("You are now a member of %(name)s.") % {"name": found.enterprise})
        return redirect("enterprise", pk=found.enterprise_id)
    context = {
        "membership": found,
        "is_mine": request.user.is_authenticated
        and request.user.has_perm(Membership.get_perm("join"), found),
    }
    return render(request, "accounts/invitation.html", context)
