"""Every resource of the API, in the order in which they refer to each other: a row after those it names."""

from actions.api.resources import RESOURCES as ACTIONS
from calls.api.resources import RESOURCES as CALLS
from hubs.api.resources import RESOURCES as HUBS
from partners.api.resources import RESOURCES as PARTNERS
from vouchers.api.resources import RESOURCES as VOUCHERS
from wecd.common.rest.resource import Resource

RESOURCES: list[type[Resource]] = [*PARTNERS, *ACTIONS, *HUBS, *CALLS, *VOUCHERS]
BY_NAME: dict[str, type[Resource]] = {resource.name: resource for resource in RESOURCES}
