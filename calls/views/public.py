"""Pages anyone may read: the list of calls, a call, its eligibility check, its calendar."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from calls import ics
from calls.domain import catalogue, costs, public_answers, timetable
from calls.domain.catalogue import GROUPS
from calls.eligibility import Rulebook, overall
from calls.enums import Phase, PublicAnswerState
from calls.models import Call
from calls.templatetags.call_texts import is_fallback, plain
from calls.views import rows
from calls.views.kept_pages import kept_for_passers_by
from wecd.common import formatting, seo
from wecd.common.share import Subject

PAGE_SIZE = 20
TEXTS = ("title", "summary", "description", "who", "funded", "not_funded")
ALARMS = ("-P7D", "-P1D", "-PT2H")
AHEAD = (Phase.OPEN, Phase.CLOSING)


@require_safe
@kept_for_passers_by
def list_calls(request):
    """The list, filtered by what the address says. Drafts are nobody's here, not even staff's."""
    chosen = {group: request.GET.getlist(group) for group in GROUPS}
    search = request.GET.get("q", "").strip()[:100]
    found = catalogue.browse(request.user, chosen, search=search, every_status="f" in request.GET)
    page = Paginator(found.found(), PAGE_SIZE).get_page(request.GET.get("page"))
    groups = found.groups()
    count = page.paginator.count
    return render(
        request,
        "calls/list.html",
        {
            "headline": rows.headline(found.count(*AHEAD), found.count(Phase.TO_COME)),
            "groups": groups,
            "search": search,
            "removable": _removable(found, groups, search),
            "count": count,
            "count_words": ngettext("%(count)d call", "%(count)d calls", count) % {"count": count},
            "rows": [rows.row(call, call.listed_phase) for call in catalogue.read(page)],
            "page": page,
            "previous_url": _address(found, search, page=page.number - 1) if page.has_previous() else "",
            "next_url": _address(found, search, page=page.number + 1) if page.has_next() else "",
            "everything_url": "?f=1",
            "seo": seo.page(
                request,
                title=_("Calls"),
                description=_(
                    "Open calls and those to come, by closing date: who may apply, for how much, until when."
                ),
            ),
        },
    )


def _address(found, search, *, but=(), page=1) -> str:
    """The address of this list, without one chosen value or on another page."""
    pairs = [("f", "1")]
    if search and but != ("q", ""):
        pairs.append(("q", search))
    pairs += [(g, v) for g in GROUPS for v in sorted(found.chosen[g]) if (g, v) != but]
    if page > 1:
        pairs.append(("page", str(page)))
    return f"?{urlencode(pairs)}"


def _removable(found, groups, search) -> list[dict]:
    """The chosen filters, each with the address of the list without it."""
    tags = [{"label": f"“{search}”", "url": _address(found, search, but=("q", ""))}] if search else []
    return tags + [
        {"label": choice.label, "url": _address(found, search, but=(group.name, choice.value))}
        for group in groups
        for choice in group.choices
        if choice.value in found.chosen[group.name]
    ]


def _call(request, slug, *related) -> Call:
    try:
        return (
            Call.objects.visible_to(request.user)
            .for_list()
            .select_related("action__axis__programme", "envelope", "counter")
            .prefetch_related(*related)
            .get(slug=slug)
        )
    except Call.DoesNotExist as error:
        raise Http404(_("There is no call at this address.")) from error


@require_safe
@kept_for_passers_by
def show_call(request, slug):
    """One call, whole. The number of applications received is the last reference given: no counting."""
    call = _call(
        request,
        slug,
        *("strands", "rules", "criteria", "extensions", "public_answers", "forms__documents"),
    )
    phase = call.phase()
    ahead = phase in (*AHEAD, Phase.TO_COME, Phase.DRAFT)
    url = reverse("call", args=[call.slug])
    form = call.form
    return render(
        request,
        "calls/call.html",
        {
            "call": call,
            "axis": call.action.axis,
            "phase": phase.value,
            "open": phase in AHEAD,
            "url": url,
            "tag": rows.TAGS[phase],
            "status": phase.label,
            "why_closed": rows.why_closed(call, phase),
            "apply_url": rows.apply_url(call),
            "results_url": seo.first_address("results") if phase == Phase.RESULTS else "",
            "facts": rows.facts(call),
            "in_french": any(is_fallback(call, name) for name in TEXTS),
            "questions": [rows.asked(question) for question in Rulebook(call).questions] if ahead else [],
            "how_much": _how_much(request, call) if ahead else None,
            "criteria": _criteria(call),
            "how_chosen": rows.how_chosen(call),
            "documents": list(form.documents.all()) if form else [],
            "steps": timetable.steps(call),
            "answers": [row for row in call.public_answers.all() if row.state == PublicAnswerState.PUBLISHED],
            "ask_url": reverse("ask", args=[call.slug]) if public_answers.takes_questions(call) else "",
            "received": call.counter.last if hasattr(call, "counter") else 0,
            "promised": call.envelope.committed - call.envelope.paid if call.envelope else 0,
            "awards": rows.awards_of(call)[0],
            "seo": _seo(request, call),
        },
    )


def _seo(request, call) -> seo.Page | None:
    """What search engines are told of a call; of a draft, nothing."""
    if call.phase() == Phase.DRAFT:
        return None
    title, axis = plain(call, "title"), call.action.axis
    kicker = plain(axis, "short_name") or plain(axis, "name")
    return seo.page(
        request,
        title=title,
        description=plain(call, "summary"),
        picture=Subject("call", call.slug, title, kicker, axis.mark).address,
        trail=[("WECD", reverse("home")), (_("Calls"), reverse("calls"))],
        data=[rows.grant_data(call, seo.absolute(request.path))],
    )


def _criteria(call) -> list[dict]:
    say = rows.say
    return [
        {"title": say(c, "label"), "help": say(c, "help"), "weight": c.weight} for c in call.criteria.all()
    ]


def _how_much(request, call) -> dict | None:
    """The split of a cost: the one typed, or the one at which the largest grant is reached."""
    strands = list(call.strands.all())
    if not strands:
        return None
    strand = next((s for s in strands if s.code == request.GET.get("strand")), strands[0])
    typed = request.GET.get("cost", "").strip()[:30]
    cost, error = costs.read_cost(typed) if typed else (costs.telling_cost(strand), "")
    return {
        "strands": strands,
        "strand": strand,
        "typed": typed or formatting.number(cost),
        "error": error,
        "split": costs.split(strand, costs.telling_cost(strand) if cost is None else cost, call.vat_rate),
    }


# SECURITY: exempt from the CSRF token because it changes nothing and stores nothing; without a token the
# page sets no cookie on a passer-by.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def call_check(request, slug):
    """Am I eligible? Answers come in, sentences go out; nothing is kept anywhere.

    A script asks for the answer alone (``X-Fragment``); without scripts, it comes with the whole form.
    """
    call = _call(request, slug, "strands", "rules")
    rulebook = Rulebook(call)
    data = request.POST if request.method == "POST" else request.GET
    given = rulebook.given(data)
    results = rulebook.results_for(data) if given else []
    left = len(rulebook.asked) - len(given)
    context = {
        "call": call,
        "axis": call.action.axis,
        "questions": [rows.asked(question) for question in rulebook.questions],
        "given": given,
        "results": results,
        "left": left,
        "verdict": overall(results) if given else "",
        "apply_url": rows.apply_url(call) if call.is_open else "",
        "in_french": False,
        "url": reverse("call", args=[call.slug]),
    }
    fragment = request.headers.get("X-Fragment") == "1"
    response = render(request, "calls/_verdict.html" if fragment else "calls/check.html", context)
    response["Cache-Control"] = "no-store"
    response["Vary"] = "X-Fragment"
    return response


def _events(request, call) -> list[ics.Event]:
    """The deadline of a call and, before it opens, its opening."""
    url = request.build_absolute_uri(reverse("call", args=[call.slug]))
    extensions = len(call.extensions.all())
    cancelled = call.phase() == Phase.CANCELLED
    shared = {
        "changed_at": call.updated_at,
        "url": url,
        "sequence": extensions + cancelled,
        "cancelled": cancelled,
    }
    deadline = ics.Event(
        uid=f"call-{call.pk}-deadline@wecd",
        at=call.closes_at,
        title=_("Deadline: %(call)s") % {"call": call.title},
        text="\n".join([formatting.deadline(call.closes_at), call.summary, url]),
        alarms=ALARMS,
        **shared,
    )
    if call.phase() != Phase.TO_COME:
        return [deadline]
    opening = ics.Event(
        uid=f"call-{call.pk}-opening@wecd",
        at=call.opens_at,
        title=_("Opening: %(call)s") % {"call": call.title},
        text="\n".join([formatting.deadline(call.opens_at), call.summary, url]),
        **shared,
    )
    return [opening, deadline]


def _calendar(name, events, filename) -> HttpResponse:
    response = HttpResponse(ics.calendar(name, events), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{filename}.ics"'
    response["Cache-Control"] = "public, max-age=900"
    return response


@require_safe
def call_ics(request, slug):
    """The deadline of one call, for a calendar."""
    call = _call(request, slug, "extensions")
    if not call.closes_at:
        raise Http404(_("This call has no date yet."))
    return _calendar(call.title, _events(request, call), call.slug)


@require_safe
def calls_ics(request):
    """Every deadline to come, to subscribe to. A call cancelled stays in it, as cancelled."""
    found = catalogue.browse(request.user, {"status": ["open", "coming", "cancelled"]})
    shown = Call.objects.filter(pk__in=[entry.pk for entry in found.found()]).prefetch_related("extensions")
    events = [event for call in shown.order_by("closes_at") for event in _events(request, call)]
    return _calendar(_("WECD calls"), events, "wecd")
