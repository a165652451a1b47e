"""What js/workspace.js asks: save a field, see who else wrote, send and remove files."""

import json

from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from calls import questions
from calls.domain import answers, attachments
from calls.domain.applications import NotInTime
from calls.domain.information import dossier_of
from calls.fields import field_views
from calls.models import Attachment
from calls.rules import is_applicant
from calls.views.workspace import find
from wecd.common import formatting
from wecd.common.workflow import NotAllowed, Refused


def signed_out() -> JsonResponse:
    return JsonResponse({"error": _("You are signed out.")}, status=401)


def refusal(error) -> JsonResponse:
    """A refusal the page shows as it is; the text stays in the page."""
    late = isinstance(error, NotInTime) or isinstance(error.__cause__, NotInTime)
    return JsonResponse(
        {"error": str(error), "final": True, "late": late},
        status=403 if isinstance(error, NotAllowed) else 409,
    )


@never_cache
@require_http_methods(["GET", "POST"])
def save_answer(request, pk):
    """POST ``{"key", "raw", "seen"}`` saves one field. GET tells who wrote what since, and a fresh token."""
    received_at = timezone.now()
    if not request.user.is_authenticated:
        return signed_out()
    application = find(request, pk)
    if request.method == "GET":
        return JsonResponse(news(request, application))
    try:
        sent = json.loads(request.body)
        key, seen = str(sent["key"]), sent.get("seen")
        seen = seen if isinstance(seen, int) and not isinstance(seen, bool) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"error": _("This request is not readable.")}, status=400)
    try:
        saved = answers.save(
            application, key, sent.get("raw"), by=request.user, seen_version=seen, received_at=received_at
        )
    except (Refused, NotAllowed) as error:
        return refusal(error)
    application.refresh_from_db(fields=["title"])
    return JsonResponse(outcome(dossier_of(application, request.user), key, saved))


def outcome(dossier, key, saved) -> dict:
    """What the page needs to know of a saved field: version, time, errors, the other writer, the steps."""
    found = {
        "version": saved.version,
        "time": formatting.clock(saved.updated_at or timezone.now()),
        "errors": list(saved.errors),
        "steps": [dict(zip(("state", "reason"), dossier.state(step), strict=True)) for step in dossier.pages],
        "title": str(dossier.application.title),
    }
    question = next((q for q in dossier.questions if q.key == key), None)
    if question is not None and saved.errors and question.kind == "budget":
        step = next(s for s in dossier.pages if question in s.questions)
        view = next(view for view in field_views(dossier, step) if view.key == key)
        found["lines"] = {line.index: {"errors": line.errors, "bad": sorted(line.bad)} for line in view.lines}
    if saved.by_other and question is not None:
        found["other"] = {
            "name": saved.by_other.name,
            "same": saved.by_other.same_person,
            "time": formatting.clock(saved.by_other.at),
            "input": questions.to_input(question, saved.by_other.value),
            "words": questions.display(question, saved.by_other.value),
        }
    return found


def news(request, application) -> dict:
    """Versions and values of every answer, who wrote them, and whether the portal still takes changes."""
    dossier = dossier_of(application, request.user)
    closed = ""
    try:
        answers.check_takes(application, dossier.request, timezone.now())
    except Refused as error:
        closed = str(error)
    asked = {question.key: question for question in dossier.questions}
    return {
        "csrf": get_token(request),
        "draft": application.is_draft or dossier.request is not None,
        "closed": closed,
        "answers": {
            key: {
                "version": answer.version,
                "name": str(answer.updated_by),
                "same": answer.updated_by_id == request.user.pk,
                "time": formatting.clock(answer.updated_at),
                "input": questions.to_input(asked[key], answer.value),
                "words": questions.display(asked[key], answer.value),
            }
            for key, answer in dossier.answers.items()
            if key in asked
        },
    }


@never_cache
@require_POST
def add_file(request, pk):
    """One file for ``key``; the answer is the list of that key's files, as HTML."""
    received_at = timezone.now()
    if not request.user.is_authenticated:
        return signed_out()
    application = find(request, pk)
    key, uploads = request.POST.get("key", ""), request.FILES.getlist("file")
    try:
        for upload in uploads:
            attachments.add(application, key, upload, by=request.user, received_at=received_at)
    except (Refused, NotAllowed) as error:
        return refusal(error)
    dossier = dossier_of(application, request.user)
    shown = render(
        request,
        "applications/_files.html",
        {"files": dossier.files.get(key, []), "application": application, "may_edit": True},
    )
    steps = [dict(zip(("state", "reason"), dossier.state(step), strict=True)) for step in dossier.pages]
    return JsonResponse({"html": shown.content.decode(), "steps": steps})


@never_cache
@require_http_methods(["GET", "POST"])
def attachment(request, pk, file):
    """GET sends the file to a person who may see the application; POST removes it from a draft."""
    received_at = timezone.now()
    if not request.user.is_authenticated:
        return signed_out() if request.method == "POST" else redirect_to_login(request.path)
    application = find(request, pk)
    files = Attachment.everything.select_related("application").filter(application=application)
    if not is_applicant(request.user, application):
        files = files.filter(request=None)  # SECURITY: not sent yet, or never: its authors' alone
    row = get_object_or_404(files, pk=file)
    if request.method == "POST":
        try:
            attachments.remove(row, by=request.user, received_at=received_at)
        except (Refused, NotAllowed) as error:
            return refusal(error)
        dossier = dossier_of(application, request.user)
        steps = [dict(zip(("state", "reason"), dossier.state(step), strict=True)) for step in dossier.pages]
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse({"steps": steps})
        return redirect("application", application.pk)
    return send(row)


def send(row: Attachment) -> FileResponse:
    """The file as a download that no browser runs, guesses at or keeps."""
    response = FileResponse(
        row.file.open("rb"), as_attachment=True, filename=row.name, content_type=row.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
