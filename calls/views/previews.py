"""Files shown inside a page: images and PDF, from here and from nowhere else."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from calls.domain.attachments import IMAGES, PDF
from calls.models import Attachment
from calls.views.workspace import find


@never_cache
@xframe_options_sameorigin
@login_required
@require_GET
def preview(request, pk, file):
    """The file to be shown in place, to whoever may see the application; 404 for what browsers do not show.

    SECURITY: the type is the one read from the content when it was attached, never guessed by the browser;
    nothing in it may run or fetch. A PDF cannot be sandboxed, or no browser would draw it.
    """
    row = get_object_or_404(Attachment, application=find(request, pk), pk=file)
    if row.content_type not in (*IMAGES, PDF):
        raise Http404
    response = FileResponse(row.file.open("rb"), filename=row.name, content_type=row.content_type)
    sandbox = "" if row.content_type == PDF else "sandbox; "
    response["Content-Security-Policy"] = (
        f"{sandbox}default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
