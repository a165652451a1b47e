"""The mails an applicant was sent about one application."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from calls.rules import is_applicant
from calls.views.workspace import find
from wecd.common import mails, outbox
from wecd.common.models import OutboxMessage

PER_PAGE = 20


def sent_about(application):
    """What was sent to the applicants about an application and the voucher that came of it, newest first.

    SECURITY: only mails declared as an applicant's: notes among staff are about the application too. Never
    what is held, nor what failed.
    """
    found = outbox.about(application)
    voucher = getattr(application.award, "voucher", None) if application.award_id else None
    if voucher is not None:  # vouchers are a floor above: found by name
        found = found | outbox.about(voucher)
    return found.filter(template__in=mails.templates_for_applicants(), state=OutboxMessage.State.SENT)


@never_cache
@login_required
@require_GET
def application_mails(request, pk):
    """Every member of the enterprise reads them all; staff have the outbox."""
    row = find(request, pk)
    if not is_applicant.test(request.user, row):
        raise Http404
    page = Paginator(sent_about(row).select_related("recipient"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "application": row,
        "page": page,
        "trail": [
            (_("My applications"), reverse("applications")),
            (str(row), reverse("application", args=[row.pk])),
        ],
    }
    return render(request, "applications/mails.html", context)
