"""The hubs of a programme file."""

from decimal import Decimal

from actions.domain.loading import Loader, translated
from actions.domain.programme_file import free_slug, website
from actions.models import Programme
from hubs.models import Hub, HubOperator


def load(*, programme: Programme, loader: Loader, content: dict, texts: dict) -> None:
    """Load the hubs and their operators, inside the transaction of the programme's load.

    Their present status is not in the file: a new hub is "to be verified" until somebody looks.
    """
    for item in content.get("hubs", []):
        source = f"{programme.code}/hubs/{item['slug']}"
        text = texts.get("hubs", {}).get(item["slug"], {})
        values = {
            "programme": programme,
            "name": item["name"],
            "former_names": item.get("formerly") or "",
            "city": item["city"],
            "website": website(item.get("site")),
            "latitude": _degrees(item.get("lat")),
            "longitude": _degrees(item.get("lon")),
            "position": item.get("position") or Hub.Position.MUNICIPALITY,
            "source_note": f"Confidence: {item['confidence']}." if item.get("confidence") else "",
            **translated("description", item.get("description"), text.get("description")),
        }
        find = {"slug": free_slug(Hub, source, item["slug"], programme.code)}
        hub = loader.put(source, Hub, find, values)
        for name in item.get("operators", []) if hub else []:
            loader.put(f"{source}/operators/{name}"[:200], HubOperator, {"hub": hub, "name": name}, {})


def _degrees(value) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.00001"))
