"""Many at once: a loop over the move, nothing more. Each succeeds or is refused alone, with its reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from calls.domain import decisions, limits
from calls.models import Application
from wecd.common.workflow import NotAllowed, Refused


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
    return each(
        in_order,
        lambda application: decisions.propose(
            application, by=by, amount=limits.limits_of(application).suggested, reasons=reasons
        ),
    )


def approve(applications, *, by) -> Outcome:
    return each(applications, lambda application: decisions.approve(application, by=by))


def assign(applications, *, officer, by) -> Outcome:
    return each(applications, lambda application: decisions.assign(application, officer=officer, by=by))
