"""A partner's space: where its members begin."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from partners.menu import remember_membership
from partners.models import Partner
from partners.views.door import in_space, shell


@never_cache
@login_required
@require_safe
def choose(request):
    """To the space of the only partner this person works for; several: choose."""
    remember_membership(request)
    found = list(Partner.objects.in_space_of(request.user).order_by("name"))
    if not found:
        raise Http404(_("You work for no partner of the programme. Ask its programme manager to add you."))
    if len(found) == 1:
        return redirect("partner", found[0].code)
    return render(request, "partner/choose.html", {"partners": found})


@in_space
@require_safe
def overview(request, partner):
    """What there is, and what wants attention."""
    return render(request, "partner/overview.html", shell(partner, "partner"))
