"""The workspace: begin an application and fill it in, page by page, with scripts or without."""

import json

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Enterprise
from accounts.rules import is_editor
from calls import questions
from calls.domain import answers, applications, attachments, pending
from calls.domain.dossiers import DOCUMENTS, ENTERPRISE, TITLE
from calls.domain.information import dossier_of
from calls.domain.reading import read_through
from calls.enums import Phase, QuestionKind, Uniqueness
from calls.fields import field_views, raw_from_post, seen_version
from calls.models import Application, Attachment, Call
from calls.rules import is_applicant_editor
from wecd.common import kept
from wecd.common.workflow import Refused


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def apply(request, slug):
    """Begin under a call: straight into the draft when there is nothing to choose."""
    call = get_object_or_404(Call.objects.visible_to(request.user).select_related("action__axis"), slug=slug)
    enterprises = [
        e for e in Enterprise.objects.visible_to(request.user).order_by("name") if is_editor(request.user, e)
    ]
    strands = list(call.strands.all())
    if request.method == "GET" and len(enterprises) == 1 and call.uniqueness == Uniqueness.CALL:
        begun = Application.objects.filter(call=call, enterprise=enterprises[0], state="draft").first()
        if begun:
            return redirect("application", begun.pk)
    chosen = request.POST if request.method == "POST" else request.GET
    enterprise = pick(enterprises, chosen.get("enterprise"))
    strand = pick(strands, chosen.get("strand"))
    if enterprise and strand and (request.method == "POST" or len(enterprises) == len(strands) == 1):
        try:
            draft = applications.start(call, strand=strand, enterprise=enterprise, by=request.user)
        except Refused as refused:
            mine = Application.objects.visible_to(request.user).filter(call=call, enterprise=enterprise)
            found = mine.exclude(state="withdrawn").order_by("-created_at").first()
            messages.error(request, str(refused))
            return (
                redirect("application", found.pk) if found else _choose(request, call, enterprises, strands)
            )
        return redirect("application", draft.pk)
    return _choose(request, call, enterprises, strands)


def pick(rows, pk):
    """The row asked for, or the only one there is."""
    return rows[0] if len(rows) == 1 else next((row for row in rows if str(row.pk) == pk), None)


def _choose(request, call, enterprises, strands):
    context = {
        "call": call,
        "enterprises": enterprises,
        "strands": strands,
        "is_open": call.phase() in (Phase.OPEN, Phase.CLOSING),
    }
    return render(request, "applications/apply.html", context)


def find(request, pk) -> Application:
    """The application, when this person may see it as it was written."""
    found = Application.objects.in_full_to(request.user).select_related(
        "call__action__axis", "strand", "form", "enterprise", "applicant"
    )
    return get_object_or_404(found, pk=pk)


def is_over(application, asked=None) -> bool:
    """Whether nothing can be sent any more: the draft's deadline, or that of what was asked, is behind."""
    call, now = application.call, timezone.now()
    if asked is not None:
        return now > asked.due_at
    return call.state != "published" or now > call.accepts_until


@never_cache
@require_http_methods(["GET", "POST"])
def section(request, pk, section):
    """One page of the form. POST saves every field it carries, then goes where the button says.

    While information is requested, it is the same page with what was asked, and the rest to read.
    """
    received_at = timezone.now()
    if not request.user.is_authenticated:
        return kept.keep_and_ask_to_sign_in(request, pk, section)
    application = find(request, pk)
    dossier = dossier_of(application, request.user)
    step = next((step for step in dossier.pages if step.key == section), None)
    if step is None and request.method == "POST":
        step = dossier.pages[0]  # the form changed meanwhile: what was typed is saved, or shown, all the same
    if step is None and dossier.request:
        return redirect("information", application.pk)
    if step is None:
        raise Http404
    closed = not application.is_draft and dossier.request is None
    if closed and request.method == "GET" and kept.waiting(request, pk, section) is None:
        return redirect("application", application.pk)
    if request.method == "POST":
        return save_page(request, application, dossier, step, received_at)
    return page(request, dossier, step)


def save_page(request, application, dossier, step, received_at):
    """Save the page's fields one by one; a refusal shows the page again with all that was typed."""
    go = request.POST.get("go", "next")
    others, refused = [], None
    # All questions, not the page's alone: a new version of the form may have moved one to another page.
    asked = {question.key: raw_from_post(question, request.POST) for question in dossier.questions}
    asked = {key: raw for key, raw in asked.items() if raw is not None}
    drop_line(go, asked)
    if step.key == ENTERPRISE and "q-title" in request.POST:
        asked[TITLE] = request.POST["q-title"]
    shown_before = {question.key for question in dossier.shown}
    files = {question.key for question in dossier.questions if question.kind == QuestionKind.FILE}
    homeless = texts_without_question(dossier, request.POST)
    try:
        for key, raw in asked.items():
            if key in files:
                continue
            saved = answers.save(
                application,
                key,
                raw,
                by=request.user,
                seen_version=seen_version(key, request.POST),
                received_at=received_at,
            )
            if saved.by_other:
                others.append((key, saved.by_other))
        for name, uploads in request.FILES.lists():
            for upload in uploads:
                attachments.add(
                    application, name.removeprefix("f-"), upload, by=request.user, received_at=received_at
                )
        if go.startswith("remove:"):
            remove_file(application, go.removeprefix("remove:"), request.user, received_at)
    except Refused as error:
        refused = str(error)
    application.refresh_from_db(fields=["title", "state"])
    dossier = dossier_of(application, request.user)
    step = next(s for s in (*dossier.pages, *dossier.steps) if s.key == step.key)
    if homeless and not refused:
        kept.drop(request, application.pk, step.key)
        return page(request, dossier, step, homeless=homeless, status=409)
    if refused:
        typed = asked if is_late(dossier) else {}
        return page(request, dossier, step, typed=typed, refused=refused, homeless=homeless, status=409)
    kept.drop(request, application.pk, step.key)
    if others:
        return page(request, dossier, step, others=others)
    return redirect(next_address(request, dossier, step, go, shown_before))


def texts_without_question(dossier, post) -> list[str]:
    """What was typed for questions that a new version of the form no longer asks, to give it back."""
    known = {question.key for question in dossier.questions}
    gone = [name.removeprefix("v-") for name in post if name.startswith("v-")]
    return [
        value
        for key in gone
        if key not in known
        for name, values in post.lists()
        if name == f"q-{key}" or name.startswith(f"q-{key}-")
        for value in values
        if value.strip()
    ]


def is_late(dossier) -> bool:
    """Whether nothing can be stored any more, so that the page must show what was typed instead."""
    application, asked = dossier.application, dossier.request
    return (not application.is_draft and asked is None) or is_over(application, asked)


def drop_line(go: str, asked: dict) -> None:
    """``drop:<key>:<index>``: take a line out of a budget table before it is saved."""
    verb, _colon, rest = go.partition(":")
    key, _colon, index = rest.rpartition(":")
    table = asked.get(key)
    if verb == "drop" and isinstance(table, dict) and index.isascii() and index.isdigit() and len(index) < 4:
        table["lines"] = [line for i, line in enumerate(table["lines"]) if i != int(index)]


def remove_file(application, pk: str, user, received_at) -> None:
    attachment = (
        Attachment.everything.filter(application=application, pk=pk).first() if len(pk) == 36 else None
    )
    if attachment:
        attachments.remove(attachment, by=user, received_at=received_at)


def next_address(request, dossier, step, go, shown_before) -> str:
    """Where a button leads. "Next" stays once when the page has a new error or a new question to show."""
    application, verb = dossier.application, go.partition(":")[0]
    here = reverse("section", args=[application.pk, step.key])
    keys = [s.key for s in dossier.pages]
    place = keys.index(step.key)
    if verb == "add":
        return f"{here}?add={go.partition(':')[2]}#field-{go.partition(':')[2]}"
    if verb == "back" and place:
        return reverse("section", args=[application.pk, keys[place - 1]])
    if verb != "next":
        return here
    errors = [e for q in step.questions if q in dossier.shown for e in dossier.errors(q)]
    known = request.POST.get("errors_shown", "") == fingerprint(errors)
    appeared = {q.key for q in step.questions if q in dossier.shown} - shown_before
    if (errors and not known) or appeared:
        return here
    if place + 1 < len(keys):
        return reverse("section", args=[application.pk, keys[place + 1]])
    return reverse("information" if dossier.request else "review", args=[application.pk])


def fingerprint(errors) -> str:
    """Says which errors a page already showed, so that pressing "continue" again goes on."""
    return ",".join(sorted({f"{error.key}/{len(error.label)}" for error in errors}))


def page(request, dossier, step, *, typed=None, refused="", others=(), homeless=(), status=200):
    """The page of a step."""
    application = dossier.application
    waiting = None if typed else kept.waiting(request, application.pk, step.key)
    if waiting is not None:
        typed = {q.key: raw_from_post(q, waiting) for q in step.questions if f"v-{q.key}" in waiting}
    errors = [error for q in step.questions if q in dossier.shown for error in dossier.errors(q)]
    steps = dossier.pages if step in dossier.pages else dossier.steps
    place = steps.index(step)
    context = shell(request, dossier, current=step.key) | {
        "step": step,
        "fields": field_views(dossier, step, typed=typed, add_line=request.GET.get("add", "")),
        "title_value": waiting.get("q-title", application.title) if waiting else application.title,
        "is_enterprise": step.key == ENTERPRISE,
        "is_documents": step.key == DOCUMENTS,
        "documents": [(d, dossier.files.get(d.key, [])) for d in step.documents],
        "errors": [] if typed else [summary_line(error) for error in errors],
        "errors_shown": fingerprint(errors),
        "refused": refused,
        "homeless": homeless,
        "restored": waiting is not None,
        "others": [other_words(dossier, key, other) for key, other in others],
        "has_budget": any(q in dossier.budgets for q in step.questions),
        "next_step": steps[place + 1] if place + 1 < len(steps) else None,
        "back_step": steps[place - 1] if place else None,
        "may_edit": is_applicant_editor(request.user, application) and not is_late(dossier),
        "rest": rest_of(dossier, step),
        "accept": attachments.ACCEPT,
        "most_bytes": settings.ATTACHMENT_MAX_BYTES,
    }
    return render(request, "applications/section.html", context, status=status)


def rest_of(dossier, step) -> list[dict]:
    """The rows of the same step that were not asked again, as a page to read below what was."""
    if dossier.request is None:
        return []
    whole = [other for other in dossier.steps if other.key == step.key]
    rows = [row for found in read_through(dossier, whole) for row in found["rows"]]
    rows = [row for row in rows if row["key"] not in dossier.asked]
    title = _("The rest stands as you submitted it")
    return [{"step": {"title": title}, "rows": rows}] if rows else []


def summary_line(error) -> dict:
    """An error as a link: a table's line says it all in its label."""
    text = error.label if error.line is not None else f"{error.label} · {error.sentence}"
    return {"href": f"#{error.anchor}", "text": text}


def other_words(dossier, key, other) -> dict:
    """What the other wrote, in words and as the control's value."""
    question = next(q for q in dossier.questions if q.key == key)
    return {
        "key": key,
        "label": question.label,
        "name": other.name,
        "same_person": other.same_person,
        "at": other.at,
        "words": questions.display(question, other.value),
    }


def shell(request, dossier, current="") -> dict:
    """What every page of the workspace shows around its content."""
    application, asked = dossier.application, dossier.request
    over = is_over(application, asked)
    steps = []
    for number, step in enumerate(dossier.pages, 1):
        state, reason = dossier.state(step)
        steps.append(
            {
                "title": f"{number}. {step.title}",
                "url": reverse("section", args=[application.pk, step.key]),
                "state": state,
                "reason": reason,
                "current": step.key == current,
            }
        )
    ready = all(step["state"] == "complete" for step in steps)
    steps.append(
        {
            "title": f"{len(steps) + 1}. {_('Read again and send') if asked else _('Read again and submit')}",
            "url": reverse("information" if asked else "review", args=[application.pk]),
            "state": "progress" if ready else "todo",
            "reason": (_("Ready to send") if asked else _("Ready to submit"))
            if ready
            else _("When all is complete"),
            "current": current == "review",
        }
    )
    written = asked.answers.select_related("updated_by") if asked else dossier.answers.values()
    changes = [answer for answer in written if answer.value is not None]
    others = [answer for answer in changes if answer.updated_by_id != request.user.pk]
    return {
        "application": application,
        "call": application.call,
        "strand": application.strand,
        "dossier": dossier,
        "steps": steps,
        "asked": asked,
        "closes_at": asked.due_at if asked else application.call.closes_at,
        "over": over,
        "locked": is_late(dossier),
        "rule": pending.rule(asked) if asked else applications.deadline_rule(application.call),
        "saved_at": max((answer.updated_at for answer in changes), default=None),
        "last_other": max(others, key=lambda answer: answer.updated_at, default=None),
        "own_share": dossier.cost - dossier.requested,
        "own_percent": 100 - application.strand.funding_rate,
        "vat": dossier.cost * application.call.vat_rate / 100,
        "words": json.dumps(script_words()),
    }


def script_words() -> dict:
    """The sentences js/workspace.js says, in the reader's language."""
    return {
        "saving": _("Saving…"),
        "saved": _("Saved at {time}"),
        "kept": _("Kept in this browser, not saved yet"),
        "offline": _(
            "No connection. What you type is kept in this browser, "
            "and saved by itself when the connection is back."
        ),
        "signedOut": _(
            "You are signed out. What you type is kept in this browser. "
            "Sign in again in a new tab: this page then saves by itself."
        ),
        "signIn": _("Sign in in a new tab"),
        "trouble": _(
            "The portal does not answer well. What you type is kept in this browser; "
            "it is sent again by itself."
        ),
        "back": _("All is saved again."),
        "restored": _("Text you typed at {time} had not been saved. It is back in its place."),
        "older": _("You had typed something else here at {time}:"),
        "putBack": _("Put it back"),
        "replaced": _("{name} had written here at {time}. Your text replaced theirs."),
        "replacedTab": _("You had written here at {time} in another tab. This text replaced it."),
        "wrote": _("{name} wrote here at {time}."),
        "wroteTab": _("You wrote here at {time} in another tab."),
        "takeTheirs": _("Take that text"),
        "theirs": _("It read:"),
        "corrected": _("{label}: corrected"),
        "count": _("{n} words"),
        "countOf": _("{n} words of {most}"),
        "unsent": _("This text was typed but never saved. Copy it if you need it:"),
        "uploading": _("{name}: {percent} %"),
        "uploadFailed": _("{name} did not arrive. Check your connection and choose it again."),
        "removeLine": _("Remove this line"),
    }
