"""Has anything these pages show changed? See ``calls.domain.stamps``."""

from functools import cache

from actions.models import Action, Axis, Indicator, PartnerPeriod, Programme
from calls.domain.stamps import said, versions_of
from calls.models import Call, CallRule, Strand
from grants.models import Envelope
from hubs.models import Hub
from partners.models import Partner
from wecd.common.rest.statements import Ready

SHOWN = (Programme, Axis, Action, Action.partners.through, Indicator, Partner, PartnerPeriod, Hub)
CALLS = (Call, Strand, CallRule, Envelope)  # an award in force changes its envelope


def changed(slug: str | None = None) -> str:
    """A text that changes with anything shown of the programme and its calls. One query."""
    return said(_changed().run({}))


@cache
def _changed() -> Ready:
    parts = ", ".join(f"coalesce({versions_of(model)}, 0)" for model in (*SHOWN, *CALLS))
    return Ready.from_sql(f"SELECT concat_ws('.', {parts})", ())  # noqa: S608  (our own names)
