"""The words staff give a mail in one language: saved, compared, restored, given up for the built-in ones."""

import difflib
from dataclasses import dataclass
from datetime import datetime

import pghistory
import rules
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wecd.common import journal, mails
from wecd.common.models import MailTemplate
from wecd.common.workflow import NotAllowed, Refused, why_not_permitted


def save(
    template: str, language: str, *, by, subject: str, body: str, seen: datetime | None = None
) -> MailTemplate:
    """Use these words from the next mail on. Mails already in the outbox keep theirs.

    ``seen`` is when the words the person began from were saved (None: the built-in ones): what somebody else
    saved meanwhile is not written over. ``Refused`` names what is wrong with the placeholders.
    """
    mail = _may_write(template, by)
    subject, body = subject.strip(), body.replace("\r\n", "\n").strip()
    wrong = mails.wrong_with(mail, subject, body)
    if wrong:
        raise Refused(" ".join(sentence for sentences in wrong.values() for sentence in sentences))
    try:
        with transaction.atomic(), pghistory.context(user=str(by.pk)):
            row = _locked(mail, language)
            if (row.updated_at if row else None) != seen:
                raise Refused(_("Somebody changed this text while you wrote: copy yours, reload the page."))
            row = row or MailTemplate(template=mail.template, language=language)
            row.subject, row.body = subject, body
            row.save()
            journal.record(row, "common.mailtemplate.save", by=by, subject=subject)
    except IntegrityError as error:  # two first versions at once: the unique constraint keeps one
        raise Refused(
            _("Somebody changed this text while you wrote: copy yours, reload the page.")
        ) from error
    return row


def back_to_built_in(template: str, language: str, *, by) -> None:
    """Use the portal's own words again. What staff wrote stays in the history and can be restored."""
    mail = _may_write(template, by)
    with transaction.atomic(), pghistory.context(user=str(by.pk)):
        row = _locked(mail, language)
        if row is not None:
            journal.record(row, "common.mailtemplate.back_to_built_in", by=by)
            row.delete()


def restore(version: "Version", *, by) -> MailTemplate:
    """Use the words of an earlier version again; it becomes the newest one."""
    row = current(version.template, version.language)
    return save(
        version.template,
        version.language,
        by=by,
        subject=version.subject,
        body=version.body,
        seen=row.updated_at if row else None,
    )


def current(template: str, language: str) -> MailTemplate | None:
    """The words staff wrote, if any."""
    return MailTemplate.objects.filter(template=template, language=language).first()


# --- Versions -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Version:
    """One version: who saved it, how it differs from the one before (at first, from the built-in words)."""

    pk: int
    template: str
    language: str
    subject: str
    body: str
    at: datetime
    who: str
    changes: list[tuple[str, str]]  # ("same" | "gone" | "new", line)


def versions(mail: mails.Mail, language: str) -> list[Version]:
    """Every version staff saved, newest first."""
    history = apps.get_model("common", "MailTemplateHistory").objects.filter(
        template=mail.template, language=language
    )
    rows = list(history.select_related("pgh_context").order_by("pgh_created_at", "pgh_id"))
    people = _people(rows)
    found, before = [], mails.built_in(mail, language)
    for row in rows:
        now = (row.subject, row.body)
        found.append(
            Version(
                row.pgh_id,
                row.template,
                row.language,
                *now,
                at=row.pgh_created_at,
                who=people.get(_user_of(row), ""),
                changes=difference(before, now),
            )
        )
        before = now
    return found[::-1]


def difference(before: mails.Text, after: mails.Text) -> list[tuple[str, str]]:
    """Line by line, subject first: what stays, what goes, what comes."""
    kinds = {"  ": "same", "- ": "gone", "+ ": "new"}
    old, new = ([text[0], *text[1].strip().split("\n")] for text in (before, after))
    lines = difflib.ndiff(old, new)
    return [(kinds[line[:2]], line[2:]) for line in lines if line[:2] in kinds]


def _user_of(row) -> str:
    return str((row.pgh_context.metadata if row.pgh_context else {}).get("user", ""))


def _people(rows) -> dict[str, str]:
    keys = {_user_of(row) for row in rows} - {""}
    return {str(person.pk): str(person) for person in get_user_model().objects.filter(pk__in=keys)}


# --- Inside ----------------------------------------------------------------------------------------------
def _may_write(template: str, by) -> mails.Mail:
    mail = mails.get(template)
    if mail is None or not mail.is_editable:
        raise Refused(_("The words of this mail are fixed."))
    if not rules.has_perm(MailTemplate.get_perm("change"), by):
        raise NotAllowed(why_not_permitted(MailTemplate(template=template), "change", by))
    return mail


def _locked(mail: mails.Mail, language: str) -> MailTemplate | None:
    found = MailTemplate.objects.select_for_update().filter(template=mail.template, language=language)
    return found.first()
