"""Creative Hubs: the list with its map, and each hub's page. Anyone may read them."""

from functools import cache
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from actions.models import Action, Axis
from hubs.domain import finder, pins
from hubs.domain.finder import Finder, Found, Origin
from hubs.models import Hub
from wecd.common import formatting, places, provinces, seo
from wecd.common.counts import in_words
from wecd.common.formatting import NO_BREAK
from wecd.common.workflow import Refused

TAGS = {Hub.Status.OPEN: "open", Hub.Status.CLOSED: "closed", Hub.Status.UNVERIFIED: "coming"}


@require_safe
def list_hubs(request):
    """The hubs, nearest first when a place is typed, else by name. A place nobody knows is said."""
    chosen = {name: request.GET.get(name, "").strip()[:60] for name in ("near", "province", "status")}
    hubs = list(Hub.objects.visible_to(request.user).prefetch_related("operators").order_by("name", "pk"))
    error = ""
    try:
        found = finder.browse(hubs, **chosen)
    except Refused as refused:
        error = str(refused)
        found = finder.browse(hubs, **(chosen | {"near": ""}))
    is_exact = found.origin is not None and found.origin.is_exact
    nearest = found.found[0] if is_exact and found.found else None
    return render(
        request,
        "hubs/list.html",
        {
            "headline": _headline(sum(hub.status != Hub.Status.CLOSED for hub in hubs)),
            "near": chosen["near"],
            "error": error,
            "found": found,
            "rows": [_row(each, found.origin, on=each is nearest) for each in found.found],
            "nearest": _about(nearest) if nearest else None,
            "provinces": _province_choices(found),
            "statuses": _status_choices(found),
            "count_words": _count_words(found),
            "measured": _measured(found),
            "unverified": sum(each.hub.status == Hub.Status.UNVERIFIED for each in found.found),
            "removable": _removable(found),
            "municipalities": municipalities(),
            "seo": seo.page(
                request,
                title=_("Creative Hubs"),
                description=_("The Creative Hubs of Wallonia on a map and in a list: find the one near you."),
                index=not request.GET,
            ),
            **_drawing(found.found, on=nearest, province=found.origin.province if found.origin else None),
        },
    )


@require_safe
def show_hub(request, slug):
    """One hub: what it is, who runs it, whether somebody checked, and the hubs around it."""
    every = list(Hub.objects.visible_to(request.user).prefetch_related("operators").order_by("name", "pk"))
    found = finder.browse(every).found
    this = next((each for each in found if each.hub.slug == slug), None)
    if this is None:
        raise Http404(_("There is no hub at this address."))
    hub = this.hub
    near = finder.neighbours(hub, every)
    numbers = {each.hub.pk: each.number for each in found}
    for each in near:
        each.number = numbers[each.hub.pk]
    networks = Axis.objects.filter(programme=hub.programme_id, mark=Axis.Mark.NETWORKS).first()
    actions = Action.objects.visible_to(request.user).filter(axis=networks) if networks else []
    calls = seo.first_address("calls")
    trail = [(_("Creative Hubs"), reverse("hubs"))]
    return render(
        request,
        "hubs/hub.html",
        {
            "hub": hub,
            "about": _about(this),
            "networks": networks,
            "actions": [_action(action) for action in actions],
            "calls_url": f"{calls}?axis=networks" if calls else "",
            "neighbours": [_row(each) for each in near],
            "trail": trail,
            "seo": seo.page(
                request,
                title=f"{hub.name}, {hub.city}",
                description=hub.description,
                data=[_data(hub, this, seo.absolute(request.path))],
                trail=trail,
            ),
            **_drawing(found, on=this, province=this.province),
        },
    )


def _action(action: Action) -> dict:
    return {
        "name": action.name,
        "summary": action.summary,
        "url": seo.first_address("action", action.slug),
    }


def _headline(count: int) -> str:
    if not count:
        return _("Places to make, explore and meet")
    text = ngettext(
        "%(count)s place to make, explore and meet", "%(count)s places to make, explore and meet", count
    ) % {"count": in_words(count)}
    return text[:1].upper() + text[1:]


def _count_words(found: Finder) -> str:
    count = len(found.found)
    words = {"count": count}
    if found.origin and not found.origin.is_exact:
        return (
            ngettext("%(count)d hub, your province first", "%(count)d hubs, your province first", count)
            % words
        )
    if found.origin:
        return ngettext("%(count)d hub, nearest first", "%(count)d hubs, nearest first", count) % words
    return ngettext("%(count)d hub, by name", "%(count)d hubs, by name", count) % words


def _measured(found: Finder) -> str:
    """What a distance means: nothing else on the page may be read as more precise than it is."""
    origin = found.origin
    if origin is None:
        return ""
    if origin.is_exact:
        return _("Distances from %(place)s, as the crow flies, to a kilometre or two.") % {
            "place": origin.name
        }
    return _(
        "We do not know where in its province %(place)s lies: other distances are measured from the middle"
        " of the province (%(province)s), as the crow flies."
    ) % {"province": origin.province.name, "place": origin.name}


def _km(each: Found, origin: Origin | None) -> str:
    if each.km is None:
        return ""
    if origin is not None and not origin.is_exact:
        if each.province == origin.province:
            return _("in the province")
        return _("about %(km)s km") % {"km": formatting.number(10 * round(each.km / 10))}
    if each.is_here:
        return pgettext("distance", "here")
    return f"{formatting.number(round(each.km))}{NO_BREAK}km"


def _row(each: Found, origin: Origin | None = None, *, on: bool = False) -> dict:
    """One line of the list. A hub nobody has checked says nothing of its state here; its page does."""
    hub = each.hub
    known = [] if hub.status == Hub.Status.UNVERIFIED else [hub.get_status_display()]
    operators = ", ".join(operator.name for operator in hub.operators.all())
    return {
        "number": each.number,
        "name": hub.name,
        "city": hub.city,
        "url": reverse("hub", args=[hub.slug]),
        "says": " · ".join(known + [operators] if operators else known),
        "look": _look(hub),
        "km": _km(each, origin),
        "on": on,
    }


def _look(hub: Hub) -> str:
    """How its hexagon is drawn, on the map and in the list alike."""
    if hub.status == Hub.Status.CLOSED:
        return "closed"
    return "several" if hub.position == Hub.Position.SEVERAL else ""


def _drawing(found: list[Found], *, on: Found | None, province) -> dict:
    """The map: provinces with the chosen one tinted, a pin for each hub that has a place."""
    shown = [each for each in found if each.point is not None]
    drawn = [
        {
            "pin": pin,
            "number": each.number,
            "label": _("%(number)s. %(name)s, %(city)s")
            % {"number": each.number, "name": each.hub.name, "city": each.hub.city},
            "title": f"{each.hub.name}, {each.hub.city}",
            "says": each.hub.get_status_display(),
            **_label_box(f"{each.hub.name}, {each.hub.city}", each.hub.get_status_display(), pin),
            "url": reverse("hub", args=[each.hub.slug]),
            "look": _look(each.hub),
            "on": on is not None and each.hub.pk == on.hub.pk,
        }
        for each, pin in zip(shown, pins.place([each.point for each in shown]), strict=True)
    ]
    width, height = provinces.size()
    return {
        "map_size": {"width": width, "height": height},
        "outlines": [
            {"path": row.path, "lines": _lines(row.name), "at": row.label, "on": row == province}
            for row in provinces.provinces()
        ],
        "scale": 2 + provinces.width_of(50),
        "pins": sorted(drawn, key=lambda pin: (pin["on"], pin["number"])),  # the chosen one on top
    }


def _lines(name: str) -> list[str]:
    """A long name on two lines: "Brabant", "wallon"."""
    words = name.replace("-", "- ").split()
    return words if len(name) > 11 else [name]


def _label_box(title: str, says: str, pin: pins.Pin) -> dict:
    """Where a label's box begins and how wide it is, in pixels from its pin.

    SVG cannot measure words, so each letter is given a little too much.
    """
    width = round(max(len(title) * 8.9, len(says) * 7.3) + 26)
    return {"width": width, "left": {"start": -14, "middle": -width // 2, "end": 14 - width}[pin.side]}


def _province_choices(found: Finder) -> list[dict]:
    rows = sorted(provinces.provinces(), key=lambda row: places.fold(row.name))
    return [{"value": "", "label": _("All provinces"), "chosen": not found.province}] + [
        {"value": p.nuts2, "label": f"{p.name} ({count})", "chosen": p.nuts2 == found.province}
        for p in rows
        if (count := found.count(province=p.nuts2)) or p.nuts2 == found.province
    ]


def _status_choices(found: Finder) -> list[dict]:
    return [{"value": "", "label": _("Open or not"), "chosen": not found.status}] + [
        {"value": value, "label": f"{label} ({count})", "chosen": value == found.status}
        for value, label in Hub.Status.choices
        if (count := found.count(status=value)) or value == found.status
    ]


def _removable(found: Finder) -> list[dict]:
    """The chosen filters, each with the address of the list without it."""
    chosen = {
        "near": found.origin.name if found.origin else "",
        "province": provinces.by_code(found.province).name if found.province else "",
        "status": dict(Hub.Status.choices)[found.status] if found.status else "",
    }
    values = {"near": chosen["near"], "province": found.province, "status": found.status}
    return [
        {
            "label": label,
            "url": "?" + urlencode({k: v for k, v in values.items() if v and k != name}),
        }
        for name, label in chosen.items()
        if label
    ]


@cache
def municipalities() -> list[str]:
    """What the field suggests: each municipality once, with its first postal code, in French."""
    found: dict[str, str] = {}
    for place in places.everywhere():
        found.setdefault(place.refnis, f"{place.postal_code} {place.names['fr']}")
    return list(found.values())


def _about(each: Found) -> dict:
    """What is known of a hub, and how well."""
    hub = each.hub
    language = (get_language() or "fr")[:2]
    own = getattr(hub, f"description_{language}", "") or ""
    text = own or hub.description_fr or ""
    is_french = language == "fr" or not own
    return {
        "hub": hub,
        "number": each.number,
        "url": reverse("hub", args=[hub.slug]),
        "kind": TAGS[hub.status],
        "checked": (
            _("checked on %(day)s") % {"day": formatting.date(hub.status_on)}
            if hub.status_on
            else _("nobody has checked yet")
        ),
        "description": formatting.french_spacing(text) if is_french else text,
        "description_lang": "fr" if is_french and language != "fr" else "",
        "operators": [{"name": operator.name, "dates": _dates(operator)} for operator in hub.operators.all()],
        "province": each.province.name if each.province else "",
        "position": _position(each),
        "website_name": hub.website.removeprefix("https://").removeprefix("http://").rstrip("/"),
    }


def _dates(operator) -> str:
    since, until = (formatting.date(day) for day in (operator.from_date, operator.until_date))
    if since and until:
        return _("%(since)s to %(until)s") % {"since": since, "until": until}
    if since:
        return _("since %(day)s") % {"day": since}
    return _("until %(day)s") % {"day": until} if until else ""


def _position(each: Found) -> str:
    """How far the pin may be trusted."""
    if each.point is None:
        return _("Not on the map: its place is not known.")
    if each.is_guessed:
        return _("Placed in the middle of its municipality or province: we know no better.")
    return {
        Hub.Position.ADDRESS: _("On the map: its address."),
        Hub.Position.MUNICIPALITY: _("On the map: its municipality, to a kilometre or two."),
        Hub.Position.SEVERAL: _("Several places, no single address; the map shows one municipality."),
    }[each.hub.position]


def _data(hub: Hub, each: Found, url: str) -> dict:
    """The hub as schema.org describes a place. Coordinates only when they are those of its address."""
    address = {"@type": "PostalAddress", "addressLocality": hub.city, "addressCountry": "BE"}
    if hub.postal_code:
        address["postalCode"] = hub.postal_code
    if each.province:
        address["addressRegion"] = each.province.name
    data: dict[str, object] = {"@type": "Place", "name": hub.name, "url": url}
    data |= {"address": address}
    if hub.former_names:
        data["alternateName"] = hub.former_names
    if hub.description:
        data["description"] = hub.description
    if hub.website:
        data["sameAs"] = hub.website
    if hub.position == Hub.Position.ADDRESS and hub.latitude is not None:
        data["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": float(hub.latitude),
            "longitude": float(hub.longitude),
        }
    return data
