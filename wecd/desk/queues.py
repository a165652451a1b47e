"""What waits for one person, by what their roles let them do."""

from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.rules import is_communication, is_finance, is_officer
from calls.admin.applications_words import HAPPENED
from calls.domain import conversations
from calls.enums import ApplicationState, PublicAnswerState
from calls.models import Application, Message, PublicAnswer
from calls.rules import moderates_questions
from grants.rules import is_approver
from hubs.models import HubManager
from partners.models import PartnerMember
from vouchers.models import Voucher
from wecd.common import clocks
from wecd.common.models import OutboxMessage
from wecd.contact.models import Enquiry, handles_enquiries
from wecd.desk.links import admin_list, admin_row

S = ApplicationState


@dataclass(frozen=True)
class Note:
    """A line under a queue; ``urgent`` when its time is nearly up."""

    words: str
    url: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class Queue:
    """How many rows wait, in words, and the list that holds exactly those."""

    count: int
    words: str
    url: str
    notes: list[Note] = field(default_factory=list)


def of(user) -> list[Queue]:
    """The queues of this person: each is theirs to shorten. An auditor has none."""
    found: list[Queue] = []
    if is_officer(user):
        found += _to_check(user)
    if is_approver(user):
        found.append(_to_approve(user))
    if is_officer(user):
        found += [_to_answer(), _mails_held()]
    if is_finance(user):
        found.append(_own_shares(user))
    if moderates_questions(user) and (is_communication(user) or is_officer(user)):
        found.append(_questions())
    if handles_enquiries(user):
        found.append(_enquiries())
    return found + _own_pages(user)


def _to_check(user) -> list[Queue]:
    counted = (
        Application.objects.visible_to(user)
        .filter(state=S.SUBMITTED)
        .aggregate(all=Count("pk"), mine=Count("pk", filter=Q(officer=user)))
    )
    today = timezone.localdate()
    running = clocks.running("calls.application").filter(paused_at=None)
    ending = running.aggregate(
        late=Count("pk", filter=Q(due_on__lt=today)), today=Count("pk", filter=Q(due_on=today))
    )
    notes = []
    if ending["today"]:
        words = ngettext(
            "%(count)s becomes admissible tonight", "%(count)s become admissible tonight", ending["today"]
        )
        url = admin_list("calls.application", clock="today")
        notes.append(Note(words % {"count": ending["today"]}, url, urgent=True))
    if ending["late"]:
        words = ngettext("%(count)s past its last day", "%(count)s past their last day", ending["late"])
        url = admin_list("calls.application", clock="late")
        notes.append(Note(words % {"count": ending["late"]}, url, urgent=True))
    if counted["mine"]:
        words = ngettext("%(count)s assigned to you", "%(count)s assigned to you", counted["mine"])
        url = admin_list("calls.application", state=S.SUBMITTED.value, officer="mine")
        notes.append(Note(words % {"count": counted["mine"]}, url))
    words = ngettext("application to check", "applications to check", counted["all"])
    return [
        Queue(counted["all"], words, admin_list("calls.application", state=S.SUBMITTED.value), notes),
    ]


def _to_approve(user) -> Queue:
    count = (
        Application.objects.visible_to(user)
        .filter(state=S.SELECTED)
        .exclude(award__proposed_by=user)
        .exclude(enterprise__in=user.enterprise_roles)
        .count()
    )
    return Queue(
        count,
        ngettext("award to approve", "awards to approve", count),
        admin_list("calls.application", flag="to_approve"),
        [Note(_("proposed by somebody else"))],
    )


def _to_answer() -> Queue:
    count = conversations.to_answer().count()
    waiting = Message.objects.filter(from_staff=False, settled_at=None).order_by("created_at").first()
    days = (timezone.now() - waiting.created_at).days if waiting else 0
    words = ngettext("the oldest: %(count)s day", "the oldest: %(count)s days", days) % {"count": days}
    return Queue(
        count,
        ngettext("message to answer", "messages to answer", count),
        admin_list("calls.application", flag="to_answer"),
        [Note(words, urgent=days > 5)] if days else [],
    )


def _mails_held() -> Queue:
    count = OutboxMessage.objects.filter(state=OutboxMessage.State.HELD).count()
    return Queue(
        count,
        ngettext("mail held", "mails held", count),
        admin_list("common.outboxmessage", state__exact="held"),
        [Note(_("nobody gets it before you release it"))] if count else [],
    )


def _own_shares(user) -> Queue:
    count = Voucher.objects.visible_to(user).filter(state="awaiting_contribution").count()
    return Queue(
        count,
        ngettext("own share to receive", "own shares to receive", count),
        admin_list("vouchers.voucher", state__exact="awaiting_contribution"),
    )


def _questions() -> Queue:
    count = PublicAnswer.objects.filter(state=PublicAnswerState.NEW).count()
    return Queue(
        count,
        ngettext("question about a call", "questions about calls", count),
        admin_list("calls.publicanswer", state__exact=PublicAnswerState.NEW.value),
    )


def _enquiries() -> Queue:
    new = Enquiry.objects.filter(state=Enquiry.State.NEW).aggregate(
        all=Count("pk"), barriers=Count("pk", filter=Q(kind=Enquiry.Kind.BARRIER))
    )
    count, barriers = new["all"], new["barriers"]
    words = ngettext("%(count)s about a barrier", "%(count)s about a barrier", barriers)
    url = admin_list("contact.enquiry", state__exact="new", kind__exact="barrier")
    return Queue(
        count,
        ngettext("message from the public", "messages from the public", count),
        admin_list("contact.enquiry", state__exact="new"),
        [Note(words % {"count": barriers}, url, urgent=True)] if barriers else [],
    )


def _own_pages(user) -> list[Queue]:
    """The partners and hubs whose pages this person keeps, each a way in rather than a number."""
    members = PartnerMember.objects.none()
    managers = HubManager.objects.none()
    if "partner_editor" in user.role_names:
        members = PartnerMember.objects.filter(user=user).select_related("partner")
    if "hub_manager" in user.role_names:
        managers = HubManager.objects.filter(user=user).select_related("hub")
    rows = [member.partner for member in members] + [manager.hub for manager in managers]
    return [Queue(-1, str(row), admin_row(row), [Note(_("your page: its texts and links"))]) for row in rows]


def happened(verb: str) -> str:
    """A verb of the journal in the past tense, as timelines say it."""
    name = verb.rsplit(".", 1)[-1]
    if verb.startswith("calls.call."):
        return {
            "publish": _("published the call"),
            "extend": _("extended the call"),
            "close": _("closed the call for decisions"),
            "cancel": _("cancelled the call"),
        }.get(name, name)
    return str(HAPPENED.get(name, name))
