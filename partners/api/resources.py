"""Partners, as the API shows them."""

from partners.models import Partner
from wecd.common.rest import filters
from wecd.common.rest.fields import Link, Object, Text, Words
from wecd.common.rest.resource import CREATED, ID, UPDATED, Resource

PARTNER = {
    "id": ID,
    "code": Text(source="code", help="Short code.", example="WD"),
    "name": Text(source="name", help="Name.", example="Wallonie Design"),
}


def partner(source: str, *, null: bool = False, help: str) -> Object:
    return Object(source=source, fields=PARTNER, null=null, help=help)


class PartnerFilters(filters.FilterSet):
    code = filters.Text(help="Short code.")
    city = filters.Text("city", "iexact", help="City, whatever its capitals.")


class Partners(Resource):
    name = "partners"
    model = Partner
    open = True
    help = "An organisation of the consortium. Its dated roles are in `programmes`."
    filterset_class = PartnerFilters
    search = ("name", "description_fr")
    ordering = {"name": "name"}
    default_ordering = "name"
    fields = PARTNER | {
        "kind": Words(source="kind", help="What kind of organisation."),
        "city": Text(source="city", null=True, help="City of its seat; null where unknown.", example="Liège"),
        "website": Link(source="website", null=True, help="Website."),
        "description": Words(source="description", help="In a few sentences."),
        "created_at": CREATED,
        "updated_at": UPDATED,
    }


RESOURCES = [Partners]
