"""Messages about an application, for the people of its enterprise."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from calls.domain import conversations
from calls.fields import SAID, key_of
from calls.rules import is_applicant
from calls.views.workspace import find
from wecd.common import kept
from wecd.common.models.base import uuid7
from wecd.common.workflow import NotAllowed, Refused, why_not_permitted

SECTION = "messages"  # under which text typed while signed out is kept


@never_cache
@require_http_methods(["GET", "POST"])
def thread(request, pk):
    """Everything said so far, and a box to answer in. Opening it marks what staff wrote as read."""
    if not request.user.is_authenticated:
        return kept.keep_and_ask_to_sign_in(request, pk, SECTION)
    application = find(request, pk)
    if not is_applicant(request.user, application):
        raise Http404  # staff write from the back office
    if request.method == "POST":
        return _say(request, application)
    restored = kept.waiting(request, pk, SECTION)
    return _page(request, application, text=restored.get(SAID, "") if restored else "", restored=restored)


def _say(request, application):
    text, key = request.POST.get(SAID, ""), key_of(request.POST.get("key"))
    try:
        conversations.say(application, by=request.user, text=text, key=key)
    except (Refused, NotAllowed) as error:
        status = 403 if isinstance(error, NotAllowed) else 409
        return _page(request, application, text=text, refused=str(error), key=key, status=status)
    kept.drop(request, application.pk, SECTION)
    messages.success(request, _("Your message is sent. You get a mail when there is an answer."))
    return redirect("messages", application.pk)


def _page(request, application, *, text="", refused="", restored=None, key=None, status=200):
    said = list(application.messages.select_related("author"))
    context = {
        "application": application,
        "call": application.call,
        "said": said,
        "text": text,
        "refused": refused,
        "restored": bool(restored),
        "key": key or uuid7(),
        "may_write": conversations.may_write(application, request.user),
        "why_not": ""
        if conversations.may_write(application, request.user)
        else _why_not(application, request.user),
        "most": conversations.MOST_CHARACTERS,
    }
    response = render(request, "applications/messages.html", context, status=status)
    conversations.read(application, by=request.user)  # after: what is new is marked on the page
    return response


def _why_not(application, user) -> str:
    if not application.submitted_at:
        return _("Staff read an application once it is submitted. Until then, write to the call’s contact.")
    return why_not_permitted(application, "say", user)
