"""The signed document of an agreement, for those who may read it."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from partners.models import ProcessingAgreement


@never_cache
@login_required
@require_safe
def document(request, pk):
    """To the partner's members and to staff who see personal data; to others there is none."""
    row = get_object_or_404(ProcessingAgreement.objects.visible_to(request.user), pk=pk)
    if not row.document or not rules.has_perm(ProcessingAgreement.get_perm("read"), request.user, row):
        raise Http404
    response = FileResponse(
        row.document.open("rb"),
        as_attachment=True,
        filename=f"{row.reference}.pdf",
        content_type="application/pdf",
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
