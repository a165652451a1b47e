"""Creative Hubs, as the API shows them."""

from django.db.models import OuterRef

from actions.api.resources import PROGRAMME
from hubs.models import Hub, HubOperator
from wecd.common.rest import filters
from wecd.common.rest.fields import Day, Decimal, Enum, Link, Many, Text, Words
from wecd.common.rest.resource import CREATED, ID, UPDATED, Resource


class HubFilters(filters.FilterSet):
    programme = filters.Text("programme__code", help="Code of the programme.")
    slug = filters.Text(help="Address of the hub.")
    city = filters.Text("city", "iexact", help="City, whatever its capitals.")
    status = filters.Words(choices=Hub.Status.choices, help="Status; repeat for several.")


class Hubs(Resource):
    name = "hubs"
    model = Hub
    open = True
    help = "A Creative Hub: a local third place."
    depends = ("programme", "operators")
    filterset_class = HubFilters
    search = ("name", "former_names", "city")
    ordering = {"slug": "slug"}
    default_ordering = "slug"
    fields = {
        "id": ID,
        "slug": Text(source="slug", help="Address of the hub.", example="trakk"),
        "name": Text(source="name", help="Name.", example="TRAKK"),
        "former_names": Text(
            source="former_names", null=True, help="Names it had before.", example="Hub créatif de Namur"
        ),
        "description": Words(source="description", help="In a few sentences."),
        "city": Text(source="city", help="City.", example="Namur"),
        "postal_code": Text(source="postal_code", null=True, help="Postal code.", example="5000"),
        "website": Link(source="website", null=True, help="Website."),
        "latitude": Decimal(
            source="latitude", null=True, help="WGS 84, degrees north.", unit="degrees", example="50.46300"
        ),
        "longitude": Decimal(
            source="longitude", null=True, help="WGS 84, degrees east.", unit="degrees", example="4.85500"
        ),
        "position": Enum(source="position", choices=Hub.Position, help="How well the coordinates are known."),
        "status": Enum(source="status", choices=Hub.Status, help="Whether it is open."),
        "status_on": Day(source="status_on", null=True, help="Day the status was checked."),
        "operators": Many(
            rows=lambda: HubOperator.objects.filter(hub=OuterRef("pk")).order_by("name", "pk"),
            help="Who runs it, from and until.",
            fields={
                "name": Text(source="name", help="Name of the organisation.", example="BEP"),
                "from": Day(source="from_date", null=True, help="First day."),
                "until": Day(source="until_date", null=True, help="Last day."),
            },
        ),
        "programme": PROGRAMME,
        "created_at": CREATED,
        "updated_at": UPDATED,
    }


RESOURCES = [Hubs]
