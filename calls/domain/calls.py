"""What happens to a call, from draft to archive."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.domain import forms
from calls.domain.parts import clone, require
from calls.domain.readiness import Problem, problems
from calls.enums import ApplicationState, CallState, PublicAnswerState
from calls.models import Application, Call, Extension, Form, ReferenceCounter
from wecd.common import clocks, formatting, journal
from wecd.common.outbox import queue_mail
from wecd.common.workflow import Refused, move

__all__ = ["Problem", "archive", "cancel", "close", "copy", "extend", "problems", "publish"]

UNDECIDED = (
    ApplicationState.SUBMITTED,
    ApplicationState.INFORMATION_REQUESTED,
    ApplicationState.ADMISSIBLE,
    ApplicationState.SELECTED,
)


def publish(call: Call, *, by, at=None) -> Call:
    """Put a call before the public: freezes its form and structure and starts its references at 1.

    Refused with every ``problems`` sentence while something is missing. It opens by itself at
    ``opens_at``. ``at`` is for history loaded from elsewhere; it defaults to now.
    """
    with move(call, "publish", by=by, at=at) as row:
        if missing := problems(row, at=at):
            raise Refused(" ".join(missing))
        row.published_at = at or timezone.now()
        ReferenceCounter.objects.get_or_create(call=row)
        Form.objects.filter(call=row, published_at=None).update(published_at=row.published_at)
        row.journal_facts |= {"opens_at": row.opens_at, "closes_at": row.closes_at}
    return call


def extend(call: Call, *, by, closes_at, reason, at=None) -> Call:
    """Move the deadline to a later instant, publicly and for good, and tell everyone who has a draft.

    ``reason`` is a sentence in French, or {language: sentence} with French among them.
    """
    now = at or timezone.now()
    reasons = _in_languages(reason)
    with move(call, "extend", by=by, at=at) as row:
        if not reasons["fr"]:
            raise Refused(_("Give the reason in French: it is published with the new deadline."))
        if closes_at <= row.closes_at:
            raise Refused(
                _("The new deadline must be later than the present one: %(deadline)s.")
                % {"deadline": formatting.deadline(row.closes_at)}
            )
        if closes_at <= now:
            raise Refused(_("The new deadline is past: choose a later instant."))
        extension = Extension.objects.create(
            call=row,
            old_closes_at=row.closes_at,
            new_closes_at=closes_at,
            by=by,
            **{f"reason_{code}": text for code, text in reasons.items() if text},
        )
        row.journal_facts |= {
            "closed_at_before": row.closes_at,
            "closes_at": closes_at,
            "reason": extension.reason_fr,
        }
        row.closes_at = closes_at
        _tell(row, "calls/extended", (ApplicationState.DRAFT,), extension=extension)
    return call


def close(call: Call, *, by, at=None) -> Call:
    """Publish the results: the deadline is over and every application has its decision."""
    with move(call, "close", by=by, at=at) as row:
        if row.accepts_until > (at or timezone.now()):
            raise Refused(
                _("The call is open until %(deadline)s. Close it after that.")
                % {"deadline": formatting.deadline(row.closes_at)}
            )
        waiting = row.applications.filter(state__in=UNDECIDED).count()
        if waiting:
            raise Refused(_("%(count)s applications still wait for a decision.") % {"count": waiting})
    return call


def archive(call: Call, *, by) -> Call:
    """Put away a decided or cancelled call. It stays readable."""
    with move(call, "archive", by=by):
        pass
    return call


def cancel(call: Call, *, by, reason) -> Call:
    """Call it off: nobody can apply any more; the reason is public, and sent to all who began or submitted.

    ``reason`` is a sentence in French, or {language: sentence} with French among them. Awards already
    approved stand; release them one by one.
    """
    reasons = _in_languages(reason)
    with move(call, "cancel", by=by, reason=reasons["fr"]) as row:
        if not reasons["fr"]:
            raise Refused(_("Say why, in French: the reason is public, and sent to everyone who applied."))
        for code, text in reasons.items():
            setattr(row, f"cancel_reason_{code}", text)
        applied = Application.objects.filter(call=row).values("pk")
        clocks.stop_all(Application._meta.label_lower, applied)  # silence must admit nothing here
        states = (ApplicationState.DRAFT, ApplicationState.RESERVE, *UNDECIDED)
        _tell(row, "calls/cancelled", states)
    return call


def _in_languages(reason) -> dict[str, str]:
    """{language: text}, each stripped, French always among them; a bare text is French."""
    texts = {"fr": reason} if isinstance(reason, str) else dict(reason)
    return {"fr": ""} | {code: (text or "").strip() for code, text in texts.items()}


def copy(call: Call, *, by, slug: str, code: str) -> Call:
    """A new draft with every text and part of ``call`` under its own address and reference prefix.

    Left out: dates, extensions, applications. Answers come along, unpublished.
    """
    require(call, "add", by)
    try:
        with transaction.atomic():
            new = clone(
                call,
                slug=slug,
                code=code,
                state=CallState.DRAFT,
                opens_at=None,
                closes_at=None,
                decision_on=None,
                published_at=None,
                cancel_reason_fr="",
                cancel_reason_de="",
                cancel_reason_nl="",
                cancel_reason_en="",
                copied_from=call,
            )
            new.save(force_insert=True)
            for part in (*call.strands.all(), *call.rules.all(), *call.criteria.all()):
                clone(part, call=new).save()
            for answer in call.public_answers.exclude(
                state__in=[PublicAnswerState.NEW, PublicAnswerState.REFUSED]
            ):
                clone(
                    answer,
                    call=new,
                    state=PublicAnswerState.ANSWERED,
                    published_at=None,
                    settled_at=None,
                ).save()
            form = call.forms.order_by("-number").first()
            if form:
                forms.copy_form(form, call=new, number=1)
            journal.record(new, "calls.call.copy", by=by, copied_from=str(call.pk))
    except IntegrityError as error:
        raise Refused(_("Another call already has this address or this reference prefix.")) from error
    return new


def _tell(call: Call, template: str, states, **context) -> None:
    """One mail to each person who began an application in one of these states."""
    told = Application.objects.filter(call=call, state__in=states).select_related("applicant").order_by("pk")
    for application in told:
        application.call = call  # as it will be saved
        queue_mail(
            template,
            to=application.applicant,
            about=application,
            application=application,
            call=call,
            **context,
        )
