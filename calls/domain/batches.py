"""Many at once: a loop over the move, nothing more. Each succeeds or is refused alone, with its reason.

A ``Batch`` keeps the applications that were chosen and what became of each, so that a refusal is never lost,
nothing is done twice, and a batch that was cut goes on where it stopped.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.rules import is_manager, is_officer
from calls.domain import decisions, limits
from calls.models import Application, Batch, BatchItem
from grants.rules import is_approver
from wecd.common import formatting
from wecd.common.workflow import NotAllowed, Refused

MOST = 1000  # applications in one batch
SECONDS = 15  # of work in one request, well under the server's patience
FORGOTTEN = timedelta(days=1)  # a batch prepared and never confirmed


@dataclass
class Outcome:
    """What became of a batch: those done, and those refused with the sentence each was refused with."""

    done: list[Application] = field(default_factory=list)
    refused: list[tuple[Application, str]] = field(default_factory=list)


def each(applications: Iterable[Application], act: Callable[[Application], object]) -> Outcome:
    """Do ``act`` to each application, in order; a refusal stops nobody else."""
    outcome = Outcome()
    for application in applications:
        try:
            act(application)
        except (Refused, NotAllowed) as error:
            outcome.refused.append((application, str(error)))
        else:
            outcome.done.append(application)
    return outcome


def admit(applications, *, by) -> Outcome:
    return each(applications, lambda application: decisions.admit(application, by=by))


def propose(applications, *, by, reasons: str = "") -> Outcome:
    """Propose to each what it asked, as far as it may be given; in order of arrival."""
    in_order = sorted(applications, key=lambda a: (a.submitted_at is None, a.submitted_at, a.number or 0))
    return each(in_order, lambda application: _propose(application, by=by, reasons=reasons))


def approve(applications, *, by) -> Outcome:
    return each(applications, lambda application: decisions.approve(application, by=by))


def assign(applications, *, officer, by) -> Outcome:
    return each(applications, lambda application: decisions.assign(application, officer=officer, by=by))


# --- Kept in the database -----------------------------------------------------------------------------
def _propose(application, *, by, reasons: str = ""):
    amount = limits.limits_of(application).suggested
    return decisions.propose(application, by=by, amount=amount, reasons=reasons)


def _assign(application, *, by, officer: str):
    person = User.objects.filter(pk=officer).first() if officer else None
    return decisions.assign(application, officer=person, by=by)


# verb: (the move, who may begin a batch of it; each application's own rules are asked again)
VERBS: dict[str, tuple[Callable, Callable]] = {
    "admit": (decisions.admit, is_officer),
    "refuse": (decisions.refuse, is_officer),
    "propose": (_propose, is_officer),
    "award": (decisions.approve, is_approver),
    "reject": (decisions.reject, is_officer),
    "assign": (_assign, is_officer | is_manager),
}


def may(verb: str, user) -> bool:
    """Whether this person may begin a batch of ``verb`` at all."""
    return VERBS[verb][1](user)


@transaction.atomic
def prepare(applications, *, verb: str, by) -> Batch:
    """Fix which applications a batch is about, in order of arrival. Nothing is done to them yet.

    Refused when there are none or more than ``MOST``. Forgets what the person prepared and left long ago.
    """
    if not may(verb, by):
        raise NotAllowed(str(VERBS[verb][1].because) if hasattr(VERBS[verb][1], "because") else "")
    keys = list(applications.by_arrival().values_list("pk", flat=True)[: MOST + 1])
    if not keys:
        raise Refused(_("Choose at least one application."))
    if len(keys) > MOST:
        raise Refused(
            _("That is more than %(most)s applications. Narrow the list, then choose again.")
            % {"most": formatting.number(MOST)}
        )
    Batch.objects.filter(by=by, started_at=None, created_at__lt=timezone.now() - FORGOTTEN).delete()
    batch = Batch.objects.create(verb=verb, by=by)
    BatchItem.objects.bulk_create(
        BatchItem(batch=batch, position=position, application_id=key)
        for position, key in enumerate(keys, start=1)
    )
    return batch


def start(batch: Batch, *, by, **facts) -> bool:
    """Confirm a batch with what its verb needs; False, and nothing done, when it was confirmed before."""
    _own(batch, by)
    if batch.verb in ("refuse", "reject"):
        facts["reasons"] = decisions.as_reasons(facts.get("reasons"))
    started = Batch.objects.filter(pk=batch.pk, started_at=None)
    changed = started.update(started_at=timezone.now(), facts=facts, updated_at=timezone.now())
    batch.refresh_from_db()
    return bool(changed)


def carry_on(batch: Batch, *, by, seconds: float = SECONDS) -> None:
    """Do what is left of a started batch, for at most ``seconds``; each application in its own transaction.

    What became of one is written together with the move itself. Two at once never do one twice: the
    second stops at the item the first holds.
    """
    _own(batch, by)
    if batch.started_at is None:
        raise Refused(_("This has not been confirmed yet."))
    until = time.monotonic() + seconds
    while _one(batch, by=by) and time.monotonic() < until:
        pass


@transaction.atomic
def _one(batch: Batch, *, by) -> bool:
    waiting = batch.items.select_for_update(of=("self",)).filter(outcome="").order_by("position")
    item = waiting.select_related("application").first()
    if item is None:
        return False
    act = VERBS[batch.verb][0]
    try:
        with transaction.atomic():
            act(item.application, by=by, **batch.facts)
    except (Refused, NotAllowed) as error:
        item.outcome, item.reason = BatchItem.Outcome.REFUSED, str(error)
    else:
        item.outcome = BatchItem.Outcome.DONE
    item.save(update_fields=["outcome", "reason"])
    return True


def _own(batch: Batch, by) -> None:
    if batch.by_id != by.pk:
        raise NotAllowed(_("Only the person who began this can confirm it."))
    if not may(batch.verb, by):
        raise NotAllowed(_("Your role does not allow this."))


# --- Reads --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Figures:
    """A batch in numbers: how many, of what sum in euros, how many done, refused and left."""

    total: int
    sum: object
    done: int
    refused: int

    @property
    def left(self) -> int:
        return self.total - self.done - self.refused


def figures(batch: Batch) -> Figures:
    """In one query. The sum is of the award where there is one, else of what was requested."""
    amount = Coalesce("application__award__amount", "application__requested")
    found = batch.items.aggregate(
        total=Count("pk"),
        done=Count("pk", filter=Q(outcome=BatchItem.Outcome.DONE)),
        refused=Count("pk", filter=Q(outcome=BatchItem.Outcome.REFUSED)),
        sum=Sum(amount),
    )
    return Figures(found["total"], found["sum"], found["done"], found["refused"])


def refusals(batch: Batch):
    """The items that were refused, in order, each with its application."""
    return (
        batch.items.filter(outcome=BatchItem.Outcome.REFUSED)
        .select_related("application__enterprise")
        .order_by("position")
    )


def in_words(found: Figures) -> str:
    """How many were done, refused and left, in one line."""
    parts = [
        ngettext("%(count)s done", "%(count)s done", found.done) % {"count": found.done},
        ngettext("%(count)s refused", "%(count)s refused", found.refused) % {"count": found.refused},
    ]
    if found.left:
        parts.append(ngettext("%(count)s left", "%(count)s left", found.left) % {"count": found.left})
    return ", ".join(parts)
