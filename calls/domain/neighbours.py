"""Enterprises that look like the applicant’s, each with the reasons. A person judges; nothing follows.

Compares the address of each site, the account (by its blind index: it is encrypted), the telephone number,
the people who act for it, and how alike the projects' texts are among the applications of the same call
that came in shortly before and after. Each comparison is one query on an index, whatever the table's size.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import CharField, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Left, NullIf, Upper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Enterprise, Membership, Site
from accounts.models.enterprise import phone_digits
from calls.enums import QuestionKind
from calls.models import Answer, Application
from wecd.common import formatting
from wecd.common.fields import blind_indexes
from wecd.common.personal import masked

MOST = 8  # neighbours named
NEAR = 150  # applications of the call before and after this one whose texts are compared
ALIKE = 0.55  # trigram similarity of title and main text from which two projects are alike
LETTERS = 600  # of each text that are compared
MOST_SHARED = 50  # rows of each comparison
ADDRESS, ACCOUNT, TELEPHONE, PERSON = "address", "account", "telephone", "person"
REASONS = {
    ADDRESS: gettext_lazy("Same address: %(words)s"),
    ACCOUNT: gettext_lazy("Same bank account"),
    TELEPHONE: gettext_lazy("Same telephone number"),
    PERSON: gettext_lazy("%(words)s acts for both"),
}


@dataclass
class Neighbour:
    """An enterprise, why it is shown, and the application whose text is alike, if that is why."""

    enterprise: Enterprise
    reasons: list[str] = field(default_factory=list)
    application: Application | None = None


def of(application: Application) -> list[Neighbour]:
    """The neighbours with the most reasons first. Linked enterprises of its group are not neighbours."""
    return around(application)[0]


def around(
    application: Application, *, main_text: str | None = None, names: bool = True
) -> tuple[list[Neighbour], list[Enterprise]]:
    """(neighbours, the other enterprises of its undertaking), in three queries.

    ``main_text`` spares one more: the first long answer, when the caller has it already;
    without ``names``, people are masked.
    """
    enterprise = application.enterprise
    reasons: dict = {}
    alike: dict = {}
    for row in _alike(application, main_text):
        share = formatting.percent(Decimal(round(row.alike * 100)))
        words = _("A text like this one (%(share)s), %(reference)s")
        reasons.setdefault(row.enterprise_id, []).append(words % {"share": share, "reference": row.reference})
        alike.setdefault(row.enterprise_id, row)
    for pk, what, words in _same_record(enterprise):
        words = masked(words) if what == PERSON and not names else words
        reasons.setdefault(pk, []).append(str(REASONS[what]) % {"words": words})
    known = Enterprise.objects.filter(
        Q(pk__in=list(reasons)[:MOST_SHARED]) | Q(undertaking=enterprise.undertaking_id)
    )
    rows = list(known.exclude(pk=enterprise.pk).order_by("name", "pk")[: 2 * MOST_SHARED])
    linked = [row for row in rows if row.undertaking_id == enterprise.undertaking_id]
    neighbours = [
        Neighbour(row, list(dict.fromkeys(reasons[row.pk])), alike.get(row.pk))
        for row in rows
        if row not in linked
    ]
    return sorted(neighbours, key=lambda n: -len(n.reasons))[:MOST], linked


def _same_record(enterprise: Enterprise) -> list[tuple]:
    """(enterprise id, what is the same, in what) of each thing two enterprises seldom share; one query."""
    found = [_at_the_same_address(enterprise), _through_the_same_people(enterprise)]
    if enterprise.iban:
        same = Enterprise.objects.filter(iban_index__in=blind_indexes(enterprise.iban)).exclude(iban_index="")
        found.append(_rows(same, "pk", ACCOUNT, Value("")))
    digits = "".join(sign for sign in enterprise.phone if sign.isdigit())
    if len(digits) >= 8:
        same = Enterprise.objects.alias(digits=phone_digits()).filter(digits=digits[-8:]).exclude(phone="")
        found.append(_rows(same, "pk", TELEPHONE, Value("")))
    return list(found[0].union(*found[1:], all=True)[:MOST_SHARED])


def _at_the_same_address(enterprise: Enterprise):
    same = Q(pk__in=[])
    for site in [site for site in enterprise.sites.all() if site.street.strip()][:10]:
        same |= Q(postal_code=site.postal_code, upper=site.street.strip().upper())
    place = Concat(F("street"), Value(", "), F("postal_code"), Value(" "), F("municipality"))
    return _rows(Site.objects.alias(upper=Upper("street")).filter(same), "enterprise", ADDRESS, place)


def _through_the_same_people(enterprise: Enterprise):
    ours = Membership.objects.active().filter(enterprise=enterprise).values("user")
    name = Coalesce(NullIf(F("user__name"), Value("")), F("user__email"))
    return _rows(Membership.objects.active().filter(user__in=ours), "enterprise", PERSON, name)


def _rows(rows, enterprise: str, what: str, words):
    words = Cast(words, TextField())
    return (
        rows.order_by()
        .annotate(their=F(enterprise), what=Value(what, TextField()), words=words)
        .values_list("their", "what", "words")
    )


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
