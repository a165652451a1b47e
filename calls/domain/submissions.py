"""The submission: the instant that decides, the reference, the bytes that were submitted and their hash."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import EnterpriseActivity, Site
from calls import eligibility
from calls.domain.applications import check_accepts
from calls.domain.dossiers import Dossier, file_facts
from calls.models import Application, Call, CallRule, Submission
from wecd.common import clocks, journal
from wecd.common.models import Clock
from wecd.common.outbox import queue_mail, wording
from wecd.common.prepared import Prepared, by_key, give
from wecd.common.workflow import Refused, move

ONE_EACH = "one_submitted_application_per_enterprise"
NEXT_NUMBER = """
    INSERT INTO calls_referencecounter (call_id, last) VALUES (%s, 1)
    ON CONFLICT (call_id) DO UPDATE SET last = calls_referencecounter.last + 1 RETURNING last
"""


def submit(application, *, by, received_at: datetime) -> Submission:
    """Take the application in, whole, or say why not. Idempotent: a second call gives the first receipt.

    Checks, under the row's lock, while the call can neither be extended nor cancelled: who, the deadline
    (``received_at`` is when the server got the request),
    that nothing is missing, the call's eligibility rules (a "no" refuses; what is unknown is left to the
    officer), one per enterprise (by the database). Then gives a gapless reference, freezes the content with
    its SHA-256, and queues the receipt by mail. A refusal leaves the draft as it was and no gap.
    """
    try:
        held: list[Call] = []
        with move(
            application,
            "submit",
            by=by,
            received_at=received_at,
            first=lambda: held.append(Call.objects.held(application.call_id)),
            related=("enterprise", "strand"),
            short_end=True,
        ) as row:
            row.call = held[0]
            return _take_in(row, by, received_at)
    except Refused:
        first = Submission.objects.filter(application=application).order_by("number").first()
        if first is None:
            raise
        application.refresh_from_db()
        return first
    except IntegrityError as error:
        if ONE_EACH not in str(error):
            raise
        raise Refused(
            _(
                "Your enterprise has already submitted an application under this call. "
                "That one counts; this one stays a draft."
            )
        ) from error


def _take_in(row: Application, by, received_at) -> Submission:
    check_accepts(row.call, received_at)
    dossier = Dossier.to_submit(row)
    check_complete(dossier)
    _read_for_rules(row)
    row.rule_results = check_rules(dossier)
    row.eligible_cost, row.requested = dossier.cost, dossier.requested
    content = canonical_content(row, dossier)
    digest = hashlib.sha256(content).hexdigest()
    row.submitted_at, row.submitted_by = received_at, by
    submission = Submission.objects.create(
        application=row, received_at=received_at, content=content.decode(), sha256=digest, by=by
    )
    if row.call.admissibility_days:
        days = row.call.admissibility_days
        clocks.start(row, Clock.Kind.ADMISSIBILITY, working_days=days, at=received_at)
    people = [by] if by.pk == row.applicant_id else [by, row.applicant]
    receipts = [(person, wording("calls/receipt", to=person)) for person in people]
    # The counter's lock is the call's narrowest door: nothing is read, and little written, once it is held.
    row.number = next_number(row.call)
    row.reference = f"{row.call.code}-{row.number:04d}"
    row.journal_facts |= {"reference": row.reference, "sha256": digest, "requested": str(row.requested)}
    for person, read in receipts:
        queue_mail("calls/receipt", to=person, about=row, read=read, application=row, submission=submission)
    return submission


def add_version(row: Application, *, by, received_at: datetime) -> Submission:
    """The next version of a submitted application, from what now stands; ``row`` is locked by its move.

    Reference, place and instant of submission stay those of the first. The rules are asked again for the
    officer to read; a "no" refuses nothing here, where the applicant can change only what was asked.
    """
    dossier = Dossier(row)
    row.rule_results = [result.as_dict() for result in rule_results(dossier)]
    row.eligible_cost, row.requested = dossier.cost, dossier.requested
    content = canonical_content(row, dossier)
    last = row.submissions.order_by("-number").values_list("number", flat=True).first() or 0
    return Submission.objects.create(
        application=row,
        number=last + 1,
        received_at=received_at,
        content=content.decode(),
        sha256=hashlib.sha256(content).hexdigest(),
        by=by,
    )


def check_complete(dossier: Dossier) -> None:
    """``Refused`` while something is missing, naming the first."""
    missing = dossier.missing
    if missing:
        first = missing[0]
        raise Refused(
            ngettext(
                "One thing is missing before you can submit: %(label)s. %(sentence)s",
                "%(n)s things are missing before you can submit. The first: %(label)s. %(sentence)s",
                len(missing),
            )
            % {"n": len(missing), "label": first.label, "sentence": first.sentence}
        )


SITES = Prepared(lambda: Site.objects.filter(enterprise=by_key("enterprise")))
ACTIVITIES = Prepared(lambda: EnterpriseActivity.objects.filter(enterprise=by_key("enterprise")))
RULES = Prepared(lambda: CallRule.objects.filter(call=by_key("call")))


def _read_for_rules(row: Application) -> None:
    """What the rules and the frozen content both ask of the enterprise and the call, once."""
    give(row.enterprise, "sites", SITES.read(enterprise=row.enterprise_id))
    give(row.enterprise, "activities", ACTIVITIES.read(enterprise=row.enterprise_id))
    give(row.call, "rules", RULES.read(call=row.call_id))


def rule_results(dossier: Dossier) -> list:
    """The call's eligibility rules on what is known and answered."""
    row = dossier.application
    ceiling, answers = eligibility.ceiling_on(timezone.localdate()), submitted_values(dossier)
    facts = eligibility.facts_of(row.enterprise, application=row, answers=answers, ceiling=ceiling)
    return eligibility.evaluate(row.call, facts, strand=row.strand, ceiling=ceiling)


def check_rules(dossier: Dossier) -> list[dict]:
    """The results to keep; ``Refused`` with the sentence and remedy of a rule that says no."""
    results = rule_results(dossier)
    for result in results:
        if result.verdict == "no":
            raise Refused(" ".join(str(part) for part in (result.sentence, result.remedy) if part))
    return [result.as_dict() for result in results]


def submitted_values(dossier: Dossier) -> dict:
    """{key: value} of the questions that show: a hidden question's old answer is never submitted."""
    return {question.key: dossier.value(question) for question in dossier.shown}


def next_number(call) -> int:
    """The call's next number, in one statement; a rollback gives it back, so there is never a gap."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [call.pk])
        return cursor.fetchone()[0]


def canonical_content(application, dossier: Dossier | None = None) -> bytes:
    """What is submitted, as canonical JSON (see ``wecd.common.journal.canonical``), in the call's own words.

    Depends on nothing but the content: not on the reader's language, the order of answering or the clock.
    """
    with translation.override("fr"):
        dossier = dossier or Dossier(application)
        row, call, strand = application, application.call, application.strand
        asked = {question.key: question for question in dossier.shown}
        values = submitted_values(dossier)
        content = {
            "format": "wecd-application/1",
            "application": row.pk,
            "call": {"code": call.code, "title": call.title},
            "strand": {
                "code": strand.code,
                "title": strand.title,
                "funding_rate": strand.funding_rate,
                "ceiling": strand.ceiling,
            },
            "form": row.form.number,
            "enterprise": enterprise_facts(row.enterprise),
            "title": row.title,
            "answers": [
                {"key": key, "kind": str(asked[key].kind), "question": asked[key].label, "value": value}
                for key, value in sorted(values.items())
            ],
            "documents": [
                {
                    "key": document.key,
                    "document": document.label,
                    "files": [file_facts(file) for file in dossier.files.get(document.key, [])],
                }
                for document in sorted(dossier.documents, key=lambda document: document.key)
            ],
            "eligible_cost": dossier.cost,
            "requested": dossier.requested,
        }
        return journal.canonical(content)


def enterprise_facts(enterprise) -> dict:
    """What the portal knew of the enterprise at this instant, and the officer will check."""
    return {
        "number": enterprise.number,
        "name": enterprise.name,
        "legal_form": enterprise.legal_form,
        "founded_on": enterprise.founded_on,
        "size_class": enterprise.size_class,
        "sites": [
            {
                "registered_office": site.is_registered_office,
                "street": site.street,
                "postal_code": site.postal_code,
                "municipality": site.municipality,
            }
            for site in enterprise.sites.all()
        ],
        "activities": [
            {"revision": activity.revision, "code": activity.code, "main": activity.is_main}
            for activity in enterprise.activities.all()
        ],
    }
