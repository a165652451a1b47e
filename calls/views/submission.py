"""Read again, submit, the receipt, take all away, withdraw."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from weasyprint import HTML

from calls import questions
from calls.domain import applications, conversations, forms, information, submissions
from calls.domain.dossiers import Dossier
from calls.domain.reading import read_through
from calls.models import Application
from calls.rules import is_applicant, is_applicant_editor
from calls.views.information import about_request, unsent
from calls.views.standing import standing, timeline
from calls.views.workspace import find, is_over, shell
from wecd.common.workflow import Refused, can


@never_cache
@login_required
@require_GET
def application(request, pk):
    """A draft opens where work is left; anything else shows where it stands."""
    row = find(request, pk)
    dossier = Dossier(row)
    mine = is_applicant(request.user, row)
    if row.is_draft and not is_over(row):
        todo = next((step for step in dossier.steps if dossier.state(step)[0] != "complete"), None)
        # the enterprise's facts come first for a new draft, though they are known
        return redirect(
            reverse("section", args=[row.pk, todo.key]) if todo else reverse("review", args=[row.pk])
        )
    submission = row.submissions.order_by("-number").first()
    asked = information.open_request(row)
    row.answer_by = asked.due_at if asked else None
    context = shell(request, dossier) | {
        "standing": standing(row),
        "timeline": timeline(row),
        "information": about_request(asked) if mine else None,
        "unsent": unsent(information.last_unsent(row)) if mine else None,
        "submission": submission,
        "pages": read_through(dossier),
        "may_withdraw": bool(row.submitted_at) and can(row, "withdraw", request.user),
        "talk": conversations.counts(row),
        "may_talk": bool(row.submitted_at) and mine,
    }
    return render(request, "applications/application.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def review(request, pk):
    """Everything missing, each with its link; the whole text; one button. POST submits."""
    received_at = timezone.now()
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if request.method == "POST":
        row = get_object_or_404(Application.objects.in_full_to(request.user), pk=pk)
        try:
            submissions.submit(row, by=request.user, received_at=received_at)
        except Refused as refused:
            return _review(request, find(request, pk), str(refused), status=409)
        return redirect("receipt", row.pk)
    row = find(request, pk)
    if not row.is_draft:
        return redirect("application", row.pk)
    return _review(request, row)


def _review(request, row, refused="", status=200):
    dossier = Dossier(row)
    missing = [
        {"item": item, "url": f"{reverse('section', args=[row.pk, item.section])}#{item.anchor}"}
        for item in dossier.missing
    ]
    results = submissions.rule_results(dossier)
    blocked = [result for result in results if result.verdict == "no"]
    context = shell(request, dossier, current="review") | {
        "missing": missing,
        "results": results,
        "blocked": blocked,
        "refused": refused,
        "pages": read_through(dossier),
        "no_longer_asked": no_longer_asked(dossier),
        "may_submit": is_applicant_editor(request.user, row),
        "ready": not missing and not blocked,
    }
    return render(request, "applications/review.html", context, status=status)


def no_longer_asked(dossier) -> list[dict]:
    """What was written or attached before the form changed and is not asked now: shown, not submitted."""
    kept = [
        {"label": question.label, "words": questions.display(question, answer.value)}
        for question, answer in forms.no_longer_asked(dossier.application)
        if answer.value is not None
    ]
    asked = {part.key for part in (*dossier.questions, *dossier.documents)}
    files = [file for key, found in dossier.files.items() if key not in asked for file in found]
    return kept + ([{"label": _("Files"), "files": files}] if files else [])


def _submission(request, row, default):
    """The version asked for (``?version=2``), else the first or (``default`` "-number") the last."""
    found, asked = row.submissions.order_by(default), request.GET.get("version", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 4:
        found = found.filter(number=int(asked))
    found = found.select_related("by").first()
    if found is None:
        raise Http404
    return found


@never_cache
@login_required
@require_GET
def receipt(request, pk):
    """What was received, when, and its fingerprint."""
    row = find(request, pk)
    if row.is_draft:
        return redirect("review", row.pk)
    context = {
        "application": row,
        "call": row.call,
        "submission": _submission(request, row, "number"),
        "versions": list(row.submissions.order_by("number").select_related("by")),
        "standing": standing(row),
    }
    return render(request, "applications/receipt.html", context)


@never_cache
@login_required
@require_GET
def receipt_pdf(request, pk):
    row = find(request, pk)
    submission = _submission(request, row, "number")
    context = {"application": row, "call": row.call, "submission": submission, "site_url": settings.SITE_URL}
    return pdf("applications/receipt.pdf.html", context, f"{row.reference}-{_('receipt')}.pdf")


@never_cache
@login_required
@require_GET
def download_pdf(request, pk):
    """The whole application to keep: answers, files by name and fingerprint, receipt when submitted."""
    row = find(request, pk)
    dossier = Dossier(row)
    context = {
        "application": row,
        "call": row.call,
        "dossier": dossier,
        "pages": read_through(dossier),
        "submission": row.submissions.order_by("-number").first(),
        "standing": standing(row),
        "site_url": settings.SITE_URL,
    }
    return pdf("applications/application.pdf.html", context, f"{row.reference or _('draft')}.pdf")


@never_cache
@login_required
@require_GET
def download_json(request, pk):
    """Exactly the bytes that were submitted and hashed, of the last version or of ``?version=``.

    Of a draft, those it would submit now.
    """
    row = find(request, pk)
    submission = None if row.is_draft else _submission(request, row, "-number")
    content = submission.content.encode() if submission else submissions.canonical_content(row)
    return attached(content, "application/json", f"{row.reference or 'draft'}.json")


def pdf(template: str, context: dict, name: str) -> HttpResponse:
    """A printed page. Its template may style itself: it is never sent to a browser as HTML."""
    html = render_to_string(template, context)
    return attached(
        HTML(string=html, base_url=f"{settings.BASE_DIR}/static/").write_pdf(), "application/pdf", name
    )


def attached(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@never_cache
@login_required
@require_POST
def withdraw(request, pk):
    """Take the application back, after the box was ticked."""
    row = find(request, pk)
    if not request.POST.get("sure"):
        messages.error(request, _("Tick the box to say that you are sure."))
        return redirect("application", row.pk)
    applications.withdraw(row, by=request.user, reason=request.POST.get("reason", "")[:2000])
    messages.success(request, _("The application is withdrawn."))
    return redirect("application", row.pk)
