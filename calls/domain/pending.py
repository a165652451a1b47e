"""What an applicant has typed in answer to an information request, kept apart until it is sent.

``calls.domain.answers`` and ``attachments`` write it, ``calls.domain.information`` takes it over or leaves
it where it is. Callers hold the application's lock.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from calls.domain.dossiers import opened_by
from calls.enums import ApplicationState
from calls.models import Answer, Application, Attachment, InformationRequest, PendingAnswer
from wecd.common import formatting


def open_request(application: Application) -> InformationRequest | None:
    """The request the applicant can answer now; no query unless there must be one."""
    if application.state != ApplicationState.INFORMATION_REQUESTED:
        return None
    return application.information_requests.filter(closed_at=None).select_related("asked_by").first()


def editable_keys(application: Application) -> set[str] | None:
    """What the open request lets the applicant change; None when no request is open."""
    request = open_request(application)
    return opened_by(request.keys, application.form.questions.all()) if request else None


def is_open(request: InformationRequest, key: str) -> bool:
    """Whether the request lets this question or document be changed."""
    return key in request.keys or key in (editable_keys(request.application) or ())


def rule(request: InformationRequest) -> str:
    """The rule at the deadline, in a sentence."""
    return _("The answer was due by %(deadline)s.") % {"deadline": formatting.deadline(request.due_at)}


def store(application: Application, request: InformationRequest | None):
    """Where answers are written now, and what a new one belongs to."""
    if request:
        return PendingAnswer.objects.filter(request=request), {"request": request}
    return Answer.objects.filter(application=application), {"application": application}


def standing(application: Application, key: str) -> Answer | None:
    """The answer as it was submitted."""
    return Answer.objects.select_related("updated_by").filter(application=application, key=key).first()


def count_files(application: Application, request: InformationRequest | None, key: str) -> int:
    """How many files the key has, those of the answer in the making counted."""
    files = application.attachments.filter(key=key)
    if request is None:
        return files.count()
    added = Attachment.everything.filter(request=request, key=key).count()
    return files.exclude(pk__in=request.removed).count() + added


def mark_removed(request: InformationRequest, attachment: Attachment) -> None:
    """Leave a submitted file out of the answer; it goes when that is sent."""
    if str(attachment.pk) not in request.removed:
        request.removed = [*request.removed, str(attachment.pk)]
        request.save(update_fields=["removed", "updated_at"])


def take_over(request: InformationRequest) -> list[str]:
    """Make what was typed the application's own; returns the keys that changed.

    Files that are replaced stay on record: an earlier version names them.
    """
    application = request.application
    changed = set()
    stands = {answer.key: answer for answer in application.answers.all()}
    for given in request.answers.all():
        old = stands.get(given.key)
        if old is None or old.value != given.value:
            changed.add(given.key)
        Answer.objects.update_or_create(
            application=application,
            key=given.key,
            defaults={"value": given.value, "version": given.version, "updated_by_id": given.updated_by_id},
        )
    gone = Attachment.objects.filter(application=application, pk__in=request.removed)
    came = Attachment.everything.filter(request=request)
    changed |= {file.key for file in (*gone, *came)}
    gone.update(replaced_at=timezone.now(), updated_at=timezone.now())
    came.update(request=None, updated_at=timezone.now())
    return sorted(changed)


def close(application: Application, outcome: str, *, by, at=None) -> InformationRequest | None:
    """Close the open request, if any; what was typed and not sent stays with it."""
    request = application.information_requests.filter(closed_at=None).first()
    if request:
        request.closed_at, request.closed_by, request.outcome = at or timezone.now(), by, outcome
        request.save()
    return request
