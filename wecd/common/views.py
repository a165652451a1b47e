"""Pages that belong to no app."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wecd.common.models import OutboxMessage

SECRETS = ("csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword", "code")


def csrf_failure(request, reason=""):
    """A form came without its security token: say so, and lose nothing of what was typed.

    Shows each field again in a form with a fresh token, to be sent to the same address. Passwords are not
    shown back; files must be chosen again.

    SECURITY: the form is offered only when the browser says the first one came from this site. A stranger's
    page must not get its own words into a form with a valid token.
    """
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if value and name not in SECRETS
    ]
    context = {
        "typed": typed,
        "files": [upload.name for upload in request.FILES.values()],
        "can_resend": _is_from_here(request) and not any(name in request.POST for name in SECRETS[1:]),
        "title": _("Please send that again"),
    }
    return render(request, "csrf_failure.html", context, status=403)


def _is_from_here(request) -> bool:
    said = request.headers.get("Origin") or request.headers.get("Referer", "")
    return bool(said) and urlsplit(said)[:2] == (request.scheme, request.get_host())


@require_safe
def outbox(request):
    """The mail the demonstration sent, for anyone to read. Nowhere but in the demonstration."""
    if settings.WECD_ENV != "demo":
        raise Http404
    page = Paginator(OutboxMessage.objects.all(), 20).get_page(request.GET.get("page"))
    return render(request, "outbox.html", {"page": page, "messages_sent": page.object_list})
