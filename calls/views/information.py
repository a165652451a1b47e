"""Answer an information request: what is asked, read it again, send it.

Its questions are filled in on the workspace's own pages (``calls.views.workspace``).
"""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from calls import questions
from calls.domain import information
from calls.domain.dossiers import Dossier
from calls.domain.reading import read_through
from calls.models import Attachment, InformationRequest
from calls.rules import is_applicant_editor
from calls.views.workspace import find, shell
from wecd.common.workflow import Refused


@never_cache
@require_http_methods(["GET", "POST"])
def page(request, pk):
    """What is missing, what was answered so far, one button. POST sends it."""
    received_at = timezone.now()
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    application = find(request, pk)
    refused = ""
    if request.method == "POST":
        try:
            sent = information.answer(application, by=request.user, received_at=received_at)
        except Refused as error:
            refused = str(error)
            application = find(request, pk)
        else:
            messages.success(
                request,
                _("Your answer has arrived: it is version %(number)s of your application.")
                % {"number": sent.number},
            )
            return redirect("application", application.pk)
    dossier = information.dossier_of(application, request.user)
    if dossier.request is None:
        if refused:
            messages.error(request, refused)
        return redirect("application", application.pk)
    return render(
        request,
        "applications/information.html",
        context_of(request, dossier, refused),
        status=409 if refused else 200,
    )


def context_of(request, dossier, refused: str) -> dict:
    application = dossier.application
    missing = [
        {"item": item, "url": f"{reverse('section', args=[application.pk, item.section])}#{item.anchor}"}
        for item in dossier.missing
    ]
    return shell(request, dossier, current="review") | {
        "missing": missing,
        "refused": refused,
        "pages": asked_rows(dossier),
        "may_send": is_applicant_editor(request.user, application),
        "first": dossier.pages[0] if dossier.pages else None,
    }


def asked_rows(dossier: Dossier) -> list[dict]:
    """What was asked with what is answered so far, page by page."""
    pages = read_through(dossier, dossier.pages)
    return [page for page in pages if page["rows"]]


def about_request(asked: InformationRequest | None) -> dict | None:
    """What banners and tasks say of an open request; None without one."""
    if asked is None:
        return None
    left = asked.due_at - timezone.now()
    form = asked.application.form
    named = {part.key: part.label for part in (*form.questions.all(), *form.documents.all())}
    return {
        "request": asked,
        "labels": [label for key, label in named.items() if key in asked.keys],
        "over": left < timedelta(),
        "days": max(0, left.days),
        "hours": max(0, int(left.total_seconds() // 3600)),
    }


def unsent(asked: InformationRequest | None) -> list[dict]:
    """What was typed in answer to a request and never sent, to be read and copied by its authors."""
    if asked is None:
        return []
    labels = {question.key: question for question in asked.application.form.questions.all()}
    rows = [
        {"label": labels[given.key].label, "words": questions.display(labels[given.key], given.value)}
        for given in asked.answers.all()
        if given.key in labels and given.value is not None
    ]
    files = list(Attachment.everything.filter(request=asked))
    return rows + ([{"label": _("Files"), "files": files}] if files else [])
