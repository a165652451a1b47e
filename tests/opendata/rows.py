"""Awards to look for in the files, some of them of people who must not be found there."""

import itertools
from datetime import UTC, datetime

from tests.accounts.factories import EnterpriseFactory, UserFactory
from tests.calls.factories import CallFactory, selected_application

WHEN = datetime(2026, 11, 13, 10, tzinfo=UTC)
# What tells who somebody is: none of it may leave in any file.
MARKERS = (
    "Zébulon Marqueur",
    "zebulon@marqueur.example",
    "0999000185",
    "Rue du Repère 7",
    "Marquebourg",
    "BE43068999999501",
    "+32 81 99 77 55",
    "marqueur.example",
)
_numbers = itertools.count(1)


def award(call=None, *, legal_form="srl", postal_code="5000", state="approved", **changes):
    """An award in force under a call; ``changes`` to the award, ``enterprise`` for whom."""
    number = next(_numbers)
    enterprise = changes.pop("enterprise", None) or EnterpriseFactory(
        legal_form=legal_form, office__postal_code=postal_code
    )
    officer = UserFactory(roles=["officer"], email=f"officer{number}@staff.example")
    application = selected_application(proposed_by=officer, call=call or CallFactory(), enterprise=enterprise)
    row = application.award
    row.state, row.approved_at = state, WHEN
    row.approved_by = UserFactory(roles=["manager"], email=f"manager{number}@staff.example")
    row.reasons = "A new market."
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    return row


def person(call=None, postal_code="5000", **changes):
    """An award of a self-employed person."""
    return award(call, legal_form="self_employed", postal_code=postal_code, **changes)


def marked_person(call=None):
    """An award of a person who carries every marker."""
    name, email, number, street, town, iban, phone, domain = MARKERS
    owner = UserFactory(name=name, email=email)
    enterprise = EnterpriseFactory(
        name=name,
        number=number,
        legal_form="self_employed",
        phone=phone,
        website=f"https://{domain}/",
        iban=iban,
        owner=owner,
        office__street=street,
        office__municipality=town,
        office__postal_code="5537",
    )
    return award(call, enterprise=enterprise)
