"""The programme, its axes, its actions and its partners, for everyone."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from actions.models import Action, Axis, Indicator, PartnerPeriod
from calls.domain import catalogue
from calls.enums import Phase
from calls.templatetags.call_texts import is_fallback, plain
from calls.views import rows
from calls.views.kept_pages import kept_for_passers_by
from hubs.models import Hub
from partners.models import Partner
from wecd.common import formatting, seo
from wecd.common.seo import first_address
from wecd.common.share import Subject
from wecd.pages import figures
from wecd.pages.fitting import AHEAD
from wecd.pages.history import events_of
from wecd.pages.home import current_programme, hub_cell
from wecd.pages.kept import changed
from wecd.pages.measures import measures
from wecd.pages.partners import short
from wecd.pages.partners import slug as partner_slug

HUBS_ACTION = "creative-hubs"
MOST_PAST = 5


def home_step() -> tuple[str, str]:
    return ("WECD", reverse("home"))


def programme_step() -> tuple[str, str]:
    return (_("The programme"), reverse("programme"))


def axis_step(axis) -> tuple[str, str]:
    return (plain(axis, "short_name") or plain(axis, "name"), reverse("axis", args=[axis.slug]))


def partner_link(partner: Partner) -> dict:
    """A partner as other pages name it."""
    return {"name": short(partner.name), "url": reverse("partner_page", args=[partner_slug(partner)])}


def _calls(user, where) -> dict:
    """The calls a page is about: those ahead as rows, the latest past ones as rows."""
    found = catalogue.browse(user, {}, every_status=True)
    entries = [entry for entry in found.found() if where(entry)]
    ahead = [entry for entry in entries if entry.phase in AHEAD]
    past = [entry for entry in entries if entry.phase in (Phase.CLOSED, Phase.RESULTS)]
    calls = catalogue.read(ahead + past[:MOST_PAST])
    shown = [rows.row(call, call.listed_phase) for call in calls]
    return {"rows": shown[: len(ahead)], "past": shown[len(ahead) :], "past_count": len(past)}


@require_safe
@kept_for_passers_by(changed=changed)
def programme(request):
    """What the programme is: its axes and actions, what it measures, its partners' roles, its history."""
    row = current_programme()
    if row is None:
        raise Http404(_("No programme has been loaded yet."))
    actions = list(Action.objects.for_list().filter(axis__programme=row))
    measured = measures(Indicator.objects.for_list().filter(programme=row))
    periods = list(PartnerPeriod.objects.filter(programme=row).select_related("partner"))
    order = ["lead", "partner", "associated"]
    periods.sort(key=lambda period: (order.index(period.role), period.partner.name))
    open_now = sum(
        entry.phase in (Phase.OPEN, Phase.CLOSING) for entry in catalogue.browse(request.user, {}).found()
    )
    return render(
        request,
        "pages/programme.html",
        {
            "programme": row,
            "measures": measured,
            "in_french": is_fallback(row, "description") or bool(measured and measured["in_french"]),
            "facts": _facts(row, len(periods), len(actions)),
            "quarters": [
                {"axis": axis, "actions": [action for action in actions if action.axis_id == axis.pk]}
                for axis in row.axes.all()
            ],
            "periods": [
                {
                    "partner": period.partner,
                    "link": partner_link(period.partner),
                    "role": period.get_role_display(),
                    "dates": dates(period, row),
                }
                for period in periods
            ],
            "events": events_of(row),
            "open_now": open_now,
            "trail": [home_step()],
            "seo": seo.page(
                request,
                title=_("The programme"),
                description=plain(row, "description"),
                trail=[home_step()],
                data=[seo.organization() | {"member": [_member(period.partner) for period in periods]}],
            ),
        },
    )


def _facts(row, partners: int, actions: int) -> list[dict]:
    found = []
    if row.budget:
        found.append(
            {"figure": figures.millions(row.budget), "words": _("of the European Union and Wallonia")}
        )
    if figures.years(row):
        found.append({"figure": figures.years(row), "words": _("the first programme")})
    found.append({"figure": formatting.number(actions), "words": _("actions on four axes")})
    found.append({"figure": formatting.number(partners), "words": _("partners and associated partners")})
    return found


def dates(period, programme) -> str:
    """From when until when a partner had its role; those of the programme when nothing else is known."""
    start, end = period.from_date, period.until_date
    if start and end:
        return _("%(start)s to %(end)s") % {"start": start.year, "end": end.year}
    if start:
        return _("since %(year)s") % {"year": start.year}
    return figures.years(programme)


def _member(partner: Partner) -> dict:
    found = {"@type": "Organization", "name": short(partner.name)}
    return found | ({"url": partner.website} if partner.website else {})


@require_safe
@kept_for_passers_by(changed=changed)
def axis(request, slug):
    """One axis: what it is for, its calls, its actions, who runs them."""
    row = Axis.objects.select_related("programme").filter(slug=slug).order_by("-programme__starts_on").first()
    if row is None:
        raise Http404(_("There is no axis at this address."))
    actions = list(Action.objects.for_list().filter(axis=row))
    given = figures.awards({"envelope__action__axis": row})
    name = plain(row, "name")
    return render(
        request,
        "pages/axis.html",
        _calls(request.user, lambda entry: row.mark in entry.values["axis"])
        | {
            "axis": row,
            "actions": [
                {"action": action, "lead": partner_link(action.lead) if action.lead else None}
                for action in actions
            ],
            "figure": figures.awarded(given, f"?axis={row.mark}"),
            "in_french": is_fallback(row, "description"),
            "hubs": _hubs(row.programme) if any(a.slug == HUBS_ACTION for a in actions) else [],
            "hubs_url": first_address("hubs"),
            "trail": [home_step(), programme_step()],
            "seo": seo.page(
                request,
                title=name,
                description=plain(row, "description"),
                picture=Subject("axis", row.slug, name, axis_step(row)[0], row.mark).address,
                trail=[home_step(), programme_step()],
            ),
        },
    )


def _hubs(programme) -> list[dict]:
    rows = Hub.objects.filter(programme=programme).exclude(status=Hub.Status.CLOSED).order_by("city", "name")
    return [hub_cell(hub) for hub in rows]


@require_safe
@kept_for_passers_by(changed=changed)
def action(request, slug):
    """One action: what it does, who leads it and with whom, its calls, what it measures, what it gave."""
    row = Action.objects.for_list().prefetch_related("partners").filter(slug=slug).first()
    if row is None:
        raise Http404(_("There is no action at this address."))
    given = figures.awards({"envelope__action": row})
    measured = measures(Indicator.objects.for_list().filter(action=row))
    name, summary = plain(row, "name"), plain(row, "summary")
    trail = [home_step(), programme_step(), axis_step(row.axis)]
    return render(
        request,
        "pages/action.html",
        _calls(request.user, lambda entry: entry.action == row.pk)
        | {
            "action": row,
            "axis": row.axis,
            "measures": measured,
            "in_french": any(is_fallback(row, field) for field in ("summary", "description"))
            or bool(measured and measured["in_french"]),
            "lead": partner_link(row.lead) if row.lead else None,
            "partners": [partner_link(partner) for partner in row.partners.all()],
            "figure": figures.awarded(given, f"?action={row.slug}"),
            "events": [event for event in events_of(row.axis.programme) if event.action == row.slug],
            "hubs": _hubs(row.axis.programme) if row.slug == HUBS_ACTION else [],
            "hubs_url": first_address("hubs"),
            "trail": trail,
            "seo": seo.page(
                request,
                title=name,
                description=summary,
                picture=Subject("action", row.slug, name, axis_step(row.axis)[0], row.axis.mark).address,
                trail=trail,
                data=[_service(request, row, name, summary)],
            ),
        },
    )


def _service(request, row, name: str, summary: str) -> dict:
    """An action as schema.org describes it."""
    found = {
        "@type": "GovernmentService",
        "name": name,
        "description": summary,
        "url": seo.absolute(request.path),
        "serviceOperator": {"@type": "GovernmentOrganization", "name": seo.SITE},
        "areaServed": {"@type": "AdministrativeArea", "name": _("Wallonia")},
    }
    return found | ({"provider": _member(row.lead)} if row.lead else {})


@require_safe
@kept_for_passers_by(changed=changed)
def partner(request, slug):
    """One partner: who it is, its roles with their dates, what it leads and takes part in."""
    row = Partner.objects.visible_to(request.user).filter(code__iexact=slug).first()
    if row is None:
        raise Http404(_("There is no partner at this address."))
    periods = list(
        PartnerPeriod.objects.filter(partner=row).select_related("programme").order_by("from_date", "role")
    )
    actions = list(Action.objects.for_list().filter(Q(lead=row) | Q(partners=row)).distinct())
    keys = {action.pk for action in actions}
    name = short(row.name)
    calls = _calls(request.user, lambda entry: entry.action in keys)
    trail = [home_step(), programme_step()]
    return render(
        request,
        "pages/partner.html",
        calls
        | {
            "partner": row,
            "name": name,
            "in_french": is_fallback(row, "description") or is_fallback(row, "kind"),
            "roles": [
                {
                    "role": period.get_role_display(),
                    "programme": period.programme,
                    "dates": dates(period, period.programme),
                }
                for period in periods
            ],
            "actions": [{"action": action, "leads": action.lead_id == row.pk} for action in actions],
            "trail": trail,
            "seo": seo.page(
                request,
                title=name,
                description=plain(row, "description") or plain(row, "kind"),
                picture=Subject("partner", partner_slug(row), name, _("Partner"), "networks").address,
                trail=trail,
                data=[_member(row) | ({"address": row.city} if row.city else {})],
            ),
        },
    )
