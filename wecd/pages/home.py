"""The start, and what fits a sentence said on it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from actions.models import Action, Programme
from calls.domain import catalogue
from calls.enums import Phase
from calls.views import rows
from calls.views.kept_pages import kept_for_passers_by
from hubs.models import Hub
from wecd.common import formatting, pictures, seo
from wecd.common.seo import first_address
from wecd.pages import figures, fitting
from wecd.pages.kept import changed

AHEAD = (Phase.OPEN, Phase.CLOSING)
MOST_ROWS = 4


def current_programme() -> Programme | None:
    """The programme the portal speaks of: the latest to begin of those that have axes. One query."""
    return (
        Programme.objects.filter(axes__isnull=False)
        .prefetch_related("axes")
        .order_by("-starts_on", "pk")
        .distinct()
        .first()
    )


@require_safe
@kept_for_passers_by(changed=changed)
def home(request):
    """The start: what this is, the sentence, the four quarters, the deadlines that come first."""
    found = catalogue.browse(request.user, {})
    entries = [entry for entry in found.found() if entry.phase in AHEAD]
    programme = current_programme()
    actions = list(Action.objects.for_list())
    hubs = list(Hub.objects.exclude(status=Hub.Status.CLOSED).order_by("city", "name"))
    fit = fitting.find(request.user, **fitting.DEFAULT, found=found, actions=actions, hubs=hubs)
    provinces = {fitting.province_of(hub) for hub in hubs} - {""}
    return render(
        request,
        "pages/home.html",
        {
            "rows": [rows.row(call, call.listed_phase) for call in catalogue.read(entries[:MOST_ROWS])],
            "open_count": len(entries),
            "coming_count": found.count(Phase.TO_COME),
            "quarters": _quarters(programme, entries, actions, hubs),
            "hubs": [hub_cell(hub) for hub in hubs],
            "hubs_url": first_address("hubs"),
            "results_url": first_address("results"),
            "figures": figures.of_home(programme, hubs, len(provinces), figures.awards()),
            "sentence": sentence(fitting.DEFAULT),
            "result": counted(fit),
            "seo": seo.page(
                request,
                title=seo.SITE,
                description=_(
                    "Creative vouchers, Boost-up calls, Creative Hubs: we fund and support enterprises of "
                    "Wallonia that innovate with designers, artists and makers."
                ),
                data=[seo.organization(), _website()],
            ),
        },
    )


@require_safe
def find(request):
    """What fits the sentence in the address: calls, hubs, actions; or a way out when nothing does.

    A script asks for the count alone (``X-Fragment``).
    """
    chosen = fitting.chosen(request.GET)
    fit = fitting.find(request.user, **chosen)
    if request.headers.get("X-Fragment") == "1":
        response = HttpResponse(count_words(fit), content_type="text/plain; charset=utf-8")
        patch_vary_headers(response, ["X-Fragment"])
        return response
    return render(
        request,
        "pages/find.html",
        {
            "sentence": sentence(chosen),
            "fit": fit,
            "rows": [rows.row(call, call.listed_phase) for call in fit.calls],
            "hubs": [hub_cell(hub) for hub in fit.hubs],
            "hubs_url": first_address("hubs"),
            "count_words": count_words(fit),
            "seo": seo.page(
                request,
                title=_("What fits you"),
                description=_("Calls you may apply to, the Creative Hubs nearest to you and who can help."),
                index=False,
            ),
        },
    )


def _website() -> dict:
    return {"@type": "WebSite", "name": "WECD", "alternateName": seo.SITE, "url": seo.absolute("/")}


def sentence(chosen: dict[str, str]) -> dict:
    """The three blanks of the sentence with what is chosen in each."""
    provinces: dict[str, list] = {}
    for row in fitting.municipalities():
        provinces.setdefault(row.province_name, []).append((row.slug, row.name))
    return {
        "who": [(key, who.words) for key, who in fitting.WHO.items()],
        "where": list(provinces.items()),
        "seek": [(key, seek.words) for key, seek in fitting.SEEK.items()],
        "chosen": chosen,
        "action": reverse("find"),
    }


def _parts(fit: fitting.Fit) -> list[str]:
    calls, hubs, actions = len(fit.entries), len(fit.hubs), len(fit.actions)
    return [
        words % {"count": count}
        for count, words in (
            (calls, ngettext("%(count)d call", "%(count)d calls", calls)),
            (actions, ngettext("%(count)d action", "%(count)d actions", actions)),
            (hubs, ngettext("%(count)d hub", "%(count)d hubs", hubs)),
        )
        if count
    ]


def count_words(fit: fitting.Fit) -> str:
    """How much fits: "2 calls, 1 action and 1 hub fit you"."""
    total = len(fit.entries) + len(fit.hubs) + len(fit.actions)
    if not total:
        return _("Nothing fits this sentence yet")
    return ngettext("%(things)s fits you", "%(things)s fit you", total) % {
        "things": formatting.listed(_parts(fit))
    }


def counted(fit: fitting.Fit) -> str:
    """The count as a link to what fits."""
    query = f"who={fit.who}&where={fit.where}&seek={fit.seek}"
    shape = '<a href="{}?{}" data-fits><span data-words>{}</span>{}</a>'
    return format_html(shape, reverse("find"), query, count_words(fit), pictures.icon("arrow", 15))


def hub_cell(hub: Hub) -> dict:
    """A hub as the start shows it."""
    return {"name": hub.name.replace("'", "’"), "city": hub.city, "url": first_address("hub", hub.slug)}


def _quarters(programme, entries, actions, hubs) -> list[dict]:
    """The axes, each with what it promises, in one sentence, and what it offers today."""
    promises = {
        "skills": _("Learn to create"),
        "business": _("Be better supported"),
        "finance": _("Find your money"),
        "networks": _("Meet your network"),
    }
    found = []
    for axis in programme.axes.all() if programme else []:
        open_now = sum(axis.mark in entry.values["axis"] for entry in entries)
        own = sum(action.axis_id == axis.pk for action in actions)
        page = reverse("axis", args=[axis.slug])
        if open_now:
            link = ngettext("%(count)d open call", "%(count)d open calls", open_now) % {"count": open_now}
            url = f"{reverse('calls')}?f=1&axis={axis.mark}&status=open"
        elif axis.mark == "networks" and hubs and first_address("hubs"):
            link = ngettext("%(count)d Creative Hub", "%(count)d Creative Hubs", len(hubs)) % {
                "count": len(hubs)
            }
            url = first_address("hubs")
        else:
            link = ngettext("%(count)d action", "%(count)d actions", own) % {"count": own} if own else ""
            url = page
        found.append(
            {
                "axis": axis,
                "mark": axis.mark,
                "promise": promises[axis.mark],
                "url": page,
                "link": link,
                "link_url": url,
            }
        )
    return found
