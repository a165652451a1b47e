"""Enterprises that look like the applicant’s, each with the reasons. A person judges; nothing follows of itself.

Compares the address of each site, the account (by its blind index: it is encrypted), the telephone number,
the people who act for it, and how alike the projects' texts are among the applications of the same call
that came in shortly before and after. Each comparison is one query on an index, whatever the table's size.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import CharField, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Left, Upper
from django.utils.translation import gettext as _

from accounts.models import Enterprise, Membership, Site
from accounts.models.enterprise import phone_digits
from calls.enums import QuestionKind
from calls.models import Answer, Application
from wecd.common import formatting
from wecd.common.fields import blind_indexes

MOST = 8  # neighbours named
NEAR = 150  # applications of the call before and after this one whose texts are compared
ALIKE = 0.55  # trigram similarity of title and main text from which two projects are alike
LETTERS = 600  # of each text that are compared


@dataclass
class Neighbour:
    """An enterprise, why it is shown, and the application whose text is alike, if that is why."""

    enterprise: Enterprise
    reasons: list[str] = field(default_factory=list)
    application: Application | None = None


def of(application: Application, *, main_text: str | None = None) -> list[Neighbour]:
    """The neighbours with the most reasons first. Linked enterprises of its group are not neighbours.

    ``main_text`` spares a query: the first long answer, when the caller has it already.
    """
    enterprise = application.enterprise
    reasons: dict = {}
    alike = {}
    for row in _alike(application, main_text):
        share = formatting.percent(Decimal(round(row.alike * 100)))
        words = _("A text like this one, %(share)s: %(reference)s")
        reasons.setdefault(row.enterprise_id, []).append(words % {"share": share, "reference": row.reference})
        alike.setdefault(row.enterprise_id, row)
    for pk, reason in _same_record(enterprise):
        reasons.setdefault(pk, []).append(reason)
    for pk in reasons.keys() & {enterprise.pk}:
        del reasons[pk]
    found = Enterprise.objects.filter(pk__in=reasons).exclude(undertaking=enterprise.undertaking_id)
    neighbours = [Neighbour(row, sorted(set(reasons[row.pk])), alike.get(row.pk)) for row in found]
    return sorted(neighbours, key=lambda n: (-len(n.reasons), n.enterprise.name))[:MOST]


def _same_record(enterprise: Enterprise):
    """(enterprise id, reason) for each thing two enterprises seldom share."""
    sites = [site for site in enterprise.sites.all() if site.street.strip()]
    if sites:
        same = Q()
        for site in sites[:10]:
            same |= Q(postal_code=site.postal_code, upper=site.street.strip().upper())
        rows = Site.objects.annotate(upper=Upper("street")).filter(same)
        for pk, street, municipality in rows.values_list("enterprise", "street", "municipality")[:50]:
            yield pk, _("Same address: %(street)s, %(place)s") % {"street": street, "place": municipality}
    same_account, same_phone = Q(pk__in=[]), Q(pk__in=[])
    if enterprise.iban:
        same_account = Q(iban_index__in=blind_indexes(enterprise.iban)) & ~Q(iban_index="")
    digits = "".join(sign for sign in enterprise.phone if sign.isdigit())
    if len(digits) >= 8:
        same_phone = Q(digits=digits[-8:]) & ~Q(phone="")
    if enterprise.iban:
        for pk in Enterprise.objects.filter(same_account).values_list("pk", flat=True)[:50]:
            yield pk, _("Same bank account")
    if len(digits) >= 8:
        rows = Enterprise.objects.annotate(digits=phone_digits()).filter(same_phone)
        for pk in rows.values_list("pk", flat=True)[:50]:
            yield pk, _("Same telephone number")
    ours = Membership.objects.active().filter(enterprise=enterprise).values("user")
    shared = Membership.objects.active().filter(user__in=ours).select_related("user")
    for membership in shared.exclude(enterprise=enterprise)[:50]:
        yield membership.enterprise_id, _("%(person)s acts for both") % {"person": membership.user}


def _alike(application: Application, main_text: str | None):
    """Applications of the same call, near this one in the order of arrival, whose text is alike."""
    if application.number is None:
        return []
    key = _main_question(application)
    if main_text is None:
        answer = application.answers.filter(key=key).first()
        main_text = answer.value if answer and isinstance(answer.value, str) else ""
    text = f"{application.title} {main_text[:LETTERS]}"
    if len(text) < 20:
        return []  # too little to say that two are alike
    theirs = Answer.objects.filter(application=OuterRef("pk"), key=key).annotate(
        words=Cast("value", TextField())
    )
    near = Application.objects.filter(
        call=application.call_id,
        number__range=(application.number - NEAR, application.number + NEAR),
    ).exclude(enterprise=application.enterprise_id)
    whole = Concat(
        F("title"),
        Value(" "),
        Left(Coalesce(Subquery(theirs.values("words")[:1]), Value("")), LETTERS),
        output_field=CharField(),
    )
    return (
        near.annotate(alike=TrigramSimilarity(whole, Value(text)))
        .filter(alike__gte=ALIKE)
        .only("pk", "enterprise", "reference", "title", "call")
        .order_by("-alike")[:MOST]
    )


def _main_question(application: Application) -> str:
    """The key of the form's first long text: where the project is told."""
    sections = application.form.sections.all()
    for section in sections:
        for question in section.questions.all():
            if question.kind == QuestionKind.LONG_TEXT:
                return question.key
    return ""
