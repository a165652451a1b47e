"""What a call still needs before it can be published, in sentences, each knowing where to mend it."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.domain.form_checks import form_problems
from calls.eligibility import RULES
from calls.enums import Allocation, CallKind
from calls.models import Call
from wecd.common import formatting
from wecd.common.identifiers import validate_iban

OWN_QUESTION = "staff_yes_no"


class Problem(str):
    """A sentence, and the ``tab`` of the back office where the remedy is."""

    tab: str

    def __new__(cls, sentence, tab: str):
        problem = super().__new__(cls, sentence)
        problem.tab = tab
        return problem


def problems(call: Call, *, at=None) -> list[Problem]:
    """Why a call cannot be published at ``at`` (default: now); empty when it can."""
    found = []
    for tab, check in CHECKS:
        found += [Problem(sentence, tab) for sentence in check(call, at or timezone.now())]
    return found


def _texts(call: Call, at) -> list[str]:
    missing = [
        call._meta.get_field(name).verbose_name
        for name in ("title", "summary", "description")
        if not getattr(call, f"{name}_fr")
    ]
    return [_("The French text “%(field)s” is missing.") % {"field": name} for name in missing]


def _money(call: Call, at) -> list[str]:
    found = []
    if call.envelope is None:
        found.append(_("Choose the envelope the awards are paid from."))
    elif call.envelope.free <= 0:
        found.append(_("The envelope “%(name)s” has no money left.") % {"name": call.envelope})
    if call.kind == CallKind.CREATIVE_VOUCHER and call.own_share_first:
        try:
            validate_iban(call.own_share_account)
        except ValidationError:
            found.append(_("The account (IBAN) on which own shares are paid is missing or wrong."))
    if not (call.contact_name and call.contact_email):
        found.append(_("Name a contact and an e-mail address for questions."))
    return found


def _dates(call: Call, at) -> list[str]:
    if not (call.opens_at and call.closes_at):
        return [_("Set the instants at which the call opens and closes.")]
    found = []
    if call.opens_at >= call.closes_at:
        found.append(_("The call must open before it closes."))
    if call.closes_at <= at:
        found.append(_("The closing instant is past: choose a later one."))
    elif formatting.local(call.opens_at).date() < formatting.local(at).date():
        found.append(_("The opening day is past: open today or later."))
    if call.decision_on and call.decision_on < formatting.local(call.closes_at).date():
        found.append(_("The decision is expected before the call closes: choose a later day."))
    return found


def _strands(call: Call, at) -> list[str]:
    strands = list(call.strands.all())
    if not strands:
        return [_("Add at least one strand: its floor, its ceiling and its rate.")]
    found = []
    for strand in strands:
        name = {"strand": strand.title_fr or strand.code}
        if not strand.title_fr:
            found.append(_("The strand “%(strand)s” has no French title.") % name)
        if strand.floor > strand.ceiling:
            found.append(_("Strand “%(strand)s”: the smallest grant is above the largest.") % name)
        if not 0 < strand.funding_rate <= 100:
            found.append(_("Strand “%(strand)s”: the rate is between 1 and 100 %%.") % name)
    shares = sum((strand.budget_share or Decimal(0) for strand in strands), Decimal(0))
    if call.envelope and shares > call.envelope.amount:
        sums = {"shares": formatting.money(shares), "amount": formatting.money(call.envelope.amount)}
        found.append(_("The strands share out %(shares)s, but the envelope holds %(amount)s.") % sums)
    return found


def _rules(call: Call, at) -> list[str]:
    found, seen = [], set()
    for rule in call.rules.all():
        known = RULES.get(rule.code)
        if known is None:
            found.append(_("The rule “%(rule)s” does not exist: remove it.") % {"rule": rule.code})
            continue
        if rule.code in seen and rule.code != OWN_QUESTION:
            found.append(_("The rule “%(rule)s” is there twice.") % {"rule": known.title})
        seen.add(rule.code)
        found += known.validate_params(rule.params)
        if rule.code == OWN_QUESTION and not rule.question_fr:
            found.append(_("A yes/no question of your own has no French words."))
    return found


def _criteria(call: Call, at) -> list[str]:
    weights = [criterion.weight for criterion in call.criteria.all()]
    if not weights:
        return [_("Awards go by score: add the criteria.")] if call.allocation == Allocation.BY_SCORE else []
    if sum(weights) != 100:
        return [_("The weights of the criteria add up to %(sum)s %%, not 100 %%.") % {"sum": sum(weights)}]
    if not all(criterion.label_fr for criterion in call.criteria.all()):
        return [_("A criterion has no French words.")]
    return []


def _form(call: Call, at) -> list[str]:
    return form_problems(call.form)


CHECKS = (
    ("texts", _texts),
    ("money", _money),
    ("dates", _dates),
    ("strands", _strands),
    ("rules", _rules),
    ("criteria", _criteria),
    ("form", _form),
)
