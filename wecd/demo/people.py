"""The people one can sign in as, and what ties them to the programme."""

from accounts import demo as demo_accounts
from accounts.models import User
from actions.models import Action
from hubs.models import Hub, HubManager
from partners.models import Partner, PartnerMember

API_KEY = "wecd_demo_partner_key"
WITH_WALLONIE_DESIGN = ("creative-vouchers", "creativity-training")  # so that its key has something to read


def create() -> dict[str, User]:
    """Create the demo people; return those the story needs by their part."""
    demo_accounts.create_people()
    found = {
        part: User.objects.get(email=f"{address}@wecd.example")
        for part, address in {
            "manager": "staff",
            "officer": "officer",
            "finance": "finance",
            "entrepreneur": "entrepreneur",
            "partner": "partner",
            "hub": "hub",
        }.items()
    }
    partner = Partner.objects.get(code__iexact="WD")
    PartnerMember.objects.get_or_create(partner=partner, user=found["partner"])
    HubManager.objects.get_or_create(hub=Hub.objects.get(slug="trakk"), user=found["hub"])
    for action in Action.objects.filter(slug__in=WITH_WALLONIE_DESIGN):
        action.partners.add(partner)
    return found
