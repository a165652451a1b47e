"""Begin, name, complete and withdraw applications. Submitting has its own module."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Enterprise
from accounts.rules import is_editor
from calls.domain import decisions, pending
from calls.domain.dossiers import Dossier, Missing
from calls.enums import SUBMITTED_STATES, ApplicationState, CallState, Phase, Uniqueness
from calls.models import Application, Call, InformationRequest
from wecd.common import clocks, formatting, journal
from wecd.common.models import Clock
from wecd.common.outbox import queue_mail
from wecd.common.workflow import NotAllowed, Refused, move


def start(call, *, strand, enterprise, by) -> Application:
    """The enterprise's draft under this call: the one it has, else a new one.

    With one application per strand, each strand has its own draft. Two requests at once give one draft.
    A version of the form published meanwhile is the one a new draft begins on.
    """
    if not is_editor(by, enterprise):
        raise NotAllowed(str(is_editor.because))
    if strand.call_id != call.pk:
        raise Refused(_("Choose one of the strands of this call."))
    with transaction.atomic():
        # Whoever publishes a version of the form holds this row: a draft begins before it, and is moved
        # over, or after it, on the new version.
        call = Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call.pk)
        if call.phase() not in (Phase.OPEN, Phase.CLOSING):
            raise Refused(_("This call is not open: no application can be begun."))
        scope = call.pk if call.uniqueness == Uniqueness.CALL else strand.pk
        Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)  # one begins at a time
        mine = Application.objects.filter(enterprise=enterprise, uniqueness_scope=scope)
        submitted = mine.filter(state__in=SUBMITTED_STATES - {"inadmissible", "rejected"}).first()
        if submitted:
            raise Refused(
                _("%(enterprise)s has already submitted %(reference)s under this call.")
                % {"enterprise": enterprise, "reference": submitted.reference}
            )
        # SECURITY: locked, or a submission at this instant would have its strand changed under it
        draft = (
            mine.select_for_update(of=("self",))
            .filter(state=ApplicationState.DRAFT)
            .select_related("strand")
            .order_by("created_at")
            .first()
        )
        if draft:
            return _with_strand(draft, strand, by)
        application = Application.objects.create(
            call=call,
            strand=strand,
            form=call.form,
            enterprise=enterprise,
            applicant=by,
            uniqueness_scope=scope,
        )
        journal.record(application, "calls.application.start", by=by, call=call.code, strand=strand.code)
    return application


def _with_strand(draft, strand, by) -> Application:
    """The draft under the strand now chosen; answers stay."""
    if draft.strand_id != strand.pk:
        journal.record(
            draft, "calls.application.change_strand", by=by, **{"from": draft.strand.code, "to": strand.code}
        )
        draft.strand = strand
        draft.save(update_fields=["strand", "updated_at"])
    return draft


def missing(application) -> list[Missing]:
    """Everything between this draft and its submission, in the order of the form."""
    return Dossier(application).missing


def withdraw(application, *, by, reason: str = "") -> Application:
    """Take an application back, for good. Its files and what was submitted stay on record.

    Tells the applicant by mail once it had been submitted; a draft goes without a word. An award that was
    only proposed ends with it, and the reserve list may move up; so do an open information request and the
    clock.
    """
    with move(application, "withdraw", by=by, reason=reason.strip()) as row:
        decisions.drop_proposal(row, by=by)
        pending.close(row, InformationRequest.Outcome.WITHDRAWN, by=by)
        clocks.stop(row, Clock.Kind.ADMISSIBILITY)
        if row.submitted_at:
            queue_mail("calls/withdrawn", to=by, about=row, application=row)
    return application


class NotInTime(Refused):
    """The deadline has passed; the message states the rule."""


def check_accepts(call, received_at) -> None:
    """Raise ``Refused`` unless the call takes what the server received at this instant (see ``Call``)."""
    if call.state == CallState.CANCELLED:
        raise Refused(_("This call was cancelled: it takes no applications any more."))
    if call.state != CallState.PUBLISHED or received_at < call.opens_at:
        raise Refused(_("This call is not open."))
    if received_at > call.accepts_until:
        raise NotInTime(deadline_rule(call))


def deadline_rule(call) -> str:
    """The rule at the deadline, in one or two sentences."""
    said = _("The deadline was %(deadline)s.") % {"deadline": formatting.deadline(call.closes_at)}
    if call.grace_seconds:
        said += " " + _(
            "What the portal received within %(n)s seconds of it still counted; nothing later does."
        ) % {"n": call.grace_seconds}
    return said
