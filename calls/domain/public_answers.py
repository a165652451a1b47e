"""Questions visitors ask about a call: asked, answered, published for all, the asker forgotten."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from calls.enums import CallState, PublicAnswerState
from calls.models import Asker, Call, PublicAnswer
from wecd.common import journal
from wecd.common.models import OutboxMessage
from wecd.common.outbox import queue_mail
from wecd.common.workflow import Refused, move

FORGOTTEN_AFTER = timedelta(days=30)
LONGEST = 2000  # characters of a question


def takes_questions(call: Call, now: datetime | None = None) -> bool:
    """Whether visitors may ask: from publication until the deadline."""
    return call.state == CallState.PUBLISHED and call.closes_at > (now or timezone.now())


def ask(call: Call, *, by, text: str, name: str = "", email: str = "", language: str = "fr") -> PublicAnswer:
    """Put a question in the moderation queue. Nothing is public and no mail leaves.

    ``by`` is the system user for a visitor. Who asks and in which words stay in ``Asker``.
    """
    text = text.strip()
    if not text:
        raise Refused(_("Write your question."))
    with transaction.atomic():
        row = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        if not takes_questions(row):
            raise Refused(_("This call takes no questions any more. Write to its contact instead."))
        answer = PublicAnswer.objects.create(call=row, state=PublicAnswerState.NEW)
        Asker.objects.create(
            answer=answer, text=text[:LONGEST], name=name.strip(), email=email.strip(), language=language
        )
        journal.record(row, "calls.call.question_asked", by=by, question=str(answer.pk))
    return answer


def answer(row: PublicAnswer, *, by, texts: dict[str, str]) -> PublicAnswer:
    """Keep the wording and the answer, not published yet. ``texts`` is {"question_fr": …, "answer_nl": …}."""
    with move(row, "answer", by=by) as locked:
        _write(locked, texts)
    return row


def publish(row: PublicAnswer, *, by) -> PublicAnswer:
    """Show the question and its answer on the call's page, dated now; the asker, if any, is told by mail."""
    with move(row, "publish", by=by) as locked:
        _refuse_unfinished(locked)
        locked.published_at = timezone.now()
        first, locked.settled_at = locked.settled_at is None, locked.settled_at or locked.published_at
        if first:
            _tell(locked, "calls/question_answered")
    return row


@transaction.atomic
def answer_and_publish(row: PublicAnswer, *, by, texts: dict[str, str]) -> PublicAnswer:
    """Both moves or neither: what cannot be published is not kept as answered either."""
    return publish(answer(row, by=by, texts=texts), by=by)


def correct(row: PublicAnswer, *, by, texts: dict[str, str]) -> PublicAnswer:
    """Change the words of a published answer. Its date stays; nobody is told."""
    with move(row, "correct", by=by) as locked:
        _write(locked, texts)
        _refuse_unfinished(locked)
    return row


def unpublish(row: PublicAnswer, *, by, reason: str) -> PublicAnswer:
    """Take an answer off the call's page. It can be published again; nobody is told twice."""
    with move(row, "unpublish", by=by, reason=reason.strip()) as locked:
        if not reason.strip():
            raise Refused(_("Say why: the reason is kept in the journal."))
        locked.published_at = None
    return row


def refuse(row: PublicAnswer, *, by, reason: str) -> PublicAnswer:
    """Publish nothing, and tell the asker why if they left an address."""
    with move(row, "refuse", by=by, reason=reason.strip()) as locked:
        if not reason.strip():
            raise Refused(_("Say why: the reason is sent to whoever asked."))
        locked.settled_at = timezone.now()
        _tell(locked, "calls/question_refused", reason=reason.strip())
    return row


def forget_askers(now: datetime | None = None) -> int:
    """Remove who asked, and their address in the outbox, 30 days after the answer or the call's end.

    Returns how many were forgotten. What was published stays.
    """
    limit = (now or timezone.now()) - FORGOTTEN_AFTER
    # A question never settled is forgotten with its call, as is one whose answer was taken down again.
    due = Q(answer__settled_at__lte=limit) | Q(answer__settled_at=None, answer__call__closes_at__lte=limit)
    with transaction.atomic():
        keys = list(
            Asker.objects.filter(due).select_for_update(skip_locked=True).values_list("pk", flat=True)
        )
        OutboxMessage.objects.filter(
            about_type=PublicAnswer._meta.label_lower, about_id__in=[str(key) for key in keys]
        ).update(to="", body="")
        Asker.objects.filter(pk__in=keys).delete()
    return len(keys)


def _write(row: PublicAnswer, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        setattr(row, name, (text or "").strip())


def _refuse_unfinished(row: PublicAnswer) -> None:
    if not (row.question_fr and row.answer_fr):
        raise Refused(_("Write the question and its answer in French first."))


def _tell(row: PublicAnswer, template: str, **context) -> None:
    asker = Asker.objects.filter(answer=row).exclude(email="").first()
    if asker is None:
        return
    with translation.override(asker.language):
        queue_mail(template, to=asker.email, about=row, asker=asker, **context)
