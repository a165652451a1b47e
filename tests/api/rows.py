"""Rows for each resource, so that a test can run over all of them."""

from decimal import Decimal

from tests.accounts.factories import EnterpriseFactory
from tests.actions.factories import ActionFactory, AxisFactory, IndicatorFactory, ProgrammeFactory
from tests.calls.factories import ApplicationFactory, CallFactory, selected_application
from tests.hubs.factories import HubFactory
from tests.partners.factories import PartnerFactory
from tests.vouchers.factories import VoucherFactory
from wecd.api.urls import RESOURCES

OPEN = [resource.name for resource in RESOURCES if resource.open]
KEYED = [resource.name for resource in RESOURCES if resource.scope]
ALL = [resource.name for resource in RESOURCES]


def award(action, officer, manager, legal_form="srl"):
    """An award in force under a call of ``action``, with its application."""
    from django.utils import timezone

    call = CallFactory(action=action)
    application = selected_application(
        proposed_by=officer, call=call, enterprise=EnterpriseFactory(legal_form=legal_form)
    )
    row = application.award
    row.state, row.approved_by, row.approved_at = "approved", manager, timezone.now()
    row.reasons = "A new market."
    row.save()
    return row


def make(name, action, officer, manager):
    """One more row of the resource that a key of the partner who leads ``action`` may see."""
    makers = {
        "programmes": ProgrammeFactory,
        "axes": AxisFactory,
        "actions": lambda: ActionFactory(),
        "indicators": lambda: IndicatorFactory(programme=action.axis.programme, action=action, target=120),
        "partners": PartnerFactory,
        "hubs": HubFactory,
        "calls": lambda: CallFactory(action=action),
        "awards": lambda: award(action, officer, manager),
        "applications": lambda: ApplicationFactory(submitted=True, call__action=action),
        "vouchers": lambda: VoucherFactory(award=award(action, officer, manager), amount=Decimal(6000)),
    }
    return makers[name]()
