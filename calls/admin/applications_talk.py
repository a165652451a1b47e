"""Notes and messages written from the page of an application. Text comes back with whatever went wrong."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.domain import conversations
from calls.fields import SAID, key_of
from calls.models import Application
from wecd.common import kept
from wecd.common.workflow import NotAllowed, Refused

NOTE, MESSAGE = "note", "message"  # also the sections under which text typed while signed out is kept


def write(request, application: Application, kind: str) -> dict | None:
    """Say what the form says; None when it is done, else the box to show again, with the text and why not."""
    text, key = request.POST.get(SAID, ""), key_of(request.POST.get("key"))
    try:
        if kind == NOTE:
            note = conversations.note(application, by=request.user, text=text, key=key)
            messages.success(request, _noted(note))
        else:
            seen = seen_until(request.POST.get("seen"))
            conversations.say(application, by=request.user, text=text, key=key, seen_until=seen)
            messages.success(request, _("Your message is sent: the members of the enterprise get a mail."))
    except (Refused, NotAllowed) as error:
        return {"text": text, "key": key, "refused": str(error)}
    kept.drop(request, application.pk, kind)
    return None


def settle(request, application: Application) -> None:
    """The applicant's messages need no answer."""
    conversations.settle(application, by=request.user, seen_until=seen_until(request.POST.get("seen")))
    messages.success(request, _("No answer is needed: it no longer waits in the list."))


def restored(request, application: Application, kind: str) -> dict:
    """The box with what was typed before one was signed out, if anything."""
    typed = kept.waiting(request, application.pk, kind)
    return {"text": typed.get(SAID, ""), "restored": True} if typed else {}


def back_to(application: Application, kind: str) -> HttpResponseRedirect:
    """To where it is read: the notes or the messages of the page."""
    page = reverse("admin:calls_application_change", args=[application.pk])
    return HttpResponseRedirect(f"{page}#{'notes' if kind == NOTE else 'messages'}")


def seen_until(text) -> datetime | None:
    """The instant up to which the writer had read, as the form says it."""
    try:
        moment = parse_datetime(text or "")
    except ValueError:
        return None
    return moment if moment and is_aware(moment) else None


def _noted(note) -> str:
    people = [str(person) for person in note.mentions.all() if person != note.author]
    if not people:
        return _("Your note is kept.")
    words = ngettext(
        "Your note is kept; %(people)s gets a mail.", "Your note is kept; %(people)s get a mail.", len(people)
    )
    return words % {"people": ", ".join(people)}
