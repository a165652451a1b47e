"""A partner's space: where its members begin."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from partners.domain import usage
from partners.enums import KeyState
from partners.menu import remember_membership
from partners.models import Partner
from partners.views.door import in_space, shell

SOON = timedelta(days=30)


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
    """What wants attention, how much is read, and under which agreement."""
    keys = list(partner.api_keys.visible_to(request.user).for_space().with_requests(usage.first_day()))
    now = timezone.now()
    used = [key.last_used_at for key in keys if key.last_used_at]
    context = {
        "usable": [key for key in keys if key.is_usable],
        "ending": [
            key
            for key in keys
            if key.state == KeyState.USABLE and key.expires_at and key.expires_at < now + SOON
        ],
        "requests": sum(key.requests for key in keys),
        "last_used_at": max(used, default=None),
        "agreement": partner.agreements.visible_to(request.user).in_force().first(),
        "broken": [row for row in partner.webhooks.visible_to(request.user) if row.gave_up],
        "members": partner.members.select_related("user").order_by("user__name", "pk"),
    }
    return render(request, "partner/overview.html", shell(partner, "partner", **context))
