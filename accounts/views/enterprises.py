"""Pages on which a person registers, reads and changes their enterprises."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.domain import enterprises, memberships
from accounts.forms import EnterpriseForms, JoinForm
from accounts.models import Enterprise
from accounts.rules import has_programme_role
from accounts.views.next import safe_next
from wecd.common.workflow import NotAllowed, Refused, why_not_permitted


def _visible(request, pk) -> Enterprise:
    found = Enterprise.objects.visible_to(request.user).prefetch_related("sites", "activities")
    return get_object_or_404(found, pk=pk)


@login_required
def enterprise_list(request):
    """My enterprises, the places I asked for and the invitations that wait for me."""
    return render(request, "accounts/enterprises.html", {"places": memberships.places_of(request.user)})


@login_required
def enterprise(request, pk):
    row = _visible(request, pk)
    return render(
        request,
        "accounts/enterprise.html",
        {
            "enterprise": row,
            "may_change": rules.has_perm(Enterprise.get_perm("change"), request.user, row),
            "members": memberships.members_of(row),
        },
    )


@login_required
@sensitive_post_parameters("iban")
def enterprise_new(request):
    """Register an enterprise. A number already registered leads to asking to join; the text typed stays."""
    taken = None
    forms = EnterpriseForms(_data(request))
    if _is_sent(request) and forms.is_valid():
        try:
            row = enterprises.create(by=request.user, **forms.facts())
        except enterprises.NumberTaken as refusal:
            taken = refusal
            forms.main.add_error("number", str(refusal))
        except Refused as refusal:
            forms.main.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is registered.") % {"name": row})
            return redirect(safe_next(request) or reverse("enterprise", args=[row.pk]))
    return _form_page(request, forms, title=_("Register an enterprise"), taken=taken)


@login_required
@sensitive_post_parameters("iban")
def enterprise_edit(request, pk):
    row = _visible(request, pk)
    if not rules.has_perm(Enterprise.get_perm("change"), request.user, row):
        raise NotAllowed(why_not_permitted(row, "change", request.user))
    forms = EnterpriseForms(
        _data(request), enterprise=row, may_change_number=has_programme_role(request.user)
    )
    if _is_sent(request) and forms.is_valid():
        try:
            enterprises.update(row, by=request.user, **forms.facts())
        except Refused as refusal:
            forms.main.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your changes are saved."))
            return redirect(safe_next(request) or reverse("enterprise", args=[row.pk]))
    return _form_page(request, forms, title=_("Change %(name)s") % {"name": row}, enterprise=row)


@login_required
def enterprise_join(request):
    """Ask to join an enterprise that somebody else registered."""
    form = JoinForm(request.POST or None, initial={"number": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid():
        try:
            memberships.ask(form.enterprise, by=request.user, message=form.cleaned_data["message"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Your request is sent. An owner of %(name)s will answer.") % {"name": form.enterprise},
            )
            return redirect("enterprises")
    return render(request, "accounts/join.html", {"form": form}, status=_status(form))


def _data(request):
    """The form's data; a press on "another line" adds an empty row and saves nothing."""
    if request.method != "POST":
        return None
    more = request.POST.get("more", "")
    return (
        EnterpriseForms.with_one_more(request.POST, more) if more in ("sites", "activities") else request.POST
    )


def _is_sent(request) -> bool:
    return request.method == "POST" and "more" not in request.POST


def _form_page(request, forms, *, title, enterprise=None, taken=None):
    sent = _is_sent(request)
    errors = forms.errors() if sent else []
    context = {
        "forms": forms,
        "title": title,
        "enterprise": enterprise,
        "taken": taken,
        "errors": errors,
        "next": safe_next(request),
    }
    return render(request, "accounts/enterprise_form.html", context, status=422 if errors else 200)


def _status(form) -> int:
    return 422 if form.is_bound and form.errors else 200
