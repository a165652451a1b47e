"""The way into a partner's space: who may enter, and what each of its pages shows around itself."""

import functools

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from partners.models import Partner
from wecd.common import kept, once

SECTIONS = (
    ("partner", _("Overview")),
    ("partner_keys", _("Keys")),
    ("partner_webhooks", _("Webhooks")),
    ("partner_usage", _("Usage")),
)


def in_space(view):
    """A page of a partner's space: ``view(request, partner, …)``. To others it does not exist; never cached.

    Somebody signed out signs in first; what they typed is kept if the page says so (``wecd.common.kept``).
    """

    @never_cache
    @functools.wraps(view)
    def page(request, code, *args, **kwargs):
        if not request.user.is_authenticated:
            return kept.sign_in_first(request, view)
        partner = get_object_or_404(Partner.objects.in_space_of(request.user), code=code)
        return view(request, partner, *args, **kwargs)

    return page


def again(request, typed: QueryDict | None) -> dict:
    """The context of a form that does its act once, and whether it shows what was typed while signed out."""
    sent = (typed or request.POST).get(once.FIELD)
    return {"once": once.token(request.user, sent), "restored": bool(typed)}


def shell(partner: Partner, section: str, **context) -> dict:
    """The context of ``partner/_shell.html``; ``section`` is the name of the page its navigation marks."""
    sections = [
        {"label": label, "url": reverse(name, args=[partner.code]), "current": name == section}
        for name, label in SECTIONS
    ]
    return {"partner": partner, "sections": sections} | context
