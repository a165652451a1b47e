"""Pages that belong to no app."""

from django.shortcuts import render
from django.utils.translation import gettext as _


def csrf_failure(request, reason=""):
    """A form came without its security token: say so, and lose nothing of what was typed."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if value and name not in ("csrfmiddlewaretoken", "password", "password1", "password2")
    ]
    return render(
        request, "csrf_failure.html", {"typed": typed, "title": _("Please send that again")}, status=403
    )
