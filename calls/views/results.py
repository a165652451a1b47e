"""Public results: who got what and why, each award's page, the same rows as a file. For anyone."""

import csv
import io
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.enums import SizeClass
from calls.domain import results
from calls.domain.results import Choices, Chosen
from calls.views import results_words as words
from grants.models import Award
from wecd.common import formatting, provinces, seo
from wecd.common.places import fold
from wecd.common.spreadsheets import harmless

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
NO_AWARD = UUID(int=0)
LINES_A_PART = 300
COLUMNS = {  # heading: what it is in results.lines
    "reference": "reference",
    "decided_on": "approved_at",
    "project": "title",
    "enterprise": "enterprise__name",
    "enterprise_number": "enterprise__number",
    "municipality": "office__municipality",
    "nuts2": "nuts2",
    "size": "enterprise__size_class",
    "call": "application__call__code",
    "call_title": "application__call__title_fr",
    "axis": "envelope__action__axis__mark",
    "action": "envelope__action__slug",
    "amount_eur": "amount",
    "eligible_cost_eur": "eligible_cost",
    "rate_percent": "rate",
    "legal_basis": "legal_basis",
    "state": "state",
    "reasons": "reasons",
    "page": "page",
}


@require_safe
def list_results(request):
    """The awards that fit the address' filters: sums, findings, charts, then one by one."""
    chosen = Chosen.read(request.GET)
    choices = results.choices()
    totals = results.totals(chosen)
    page = results.page(chosen, after=_uuid(request, "after"), before=_uuid(request, "before"))
    context = {
        "chosen": chosen,
        "totals": totals,
        "selects": _selects(chosen, choices),
        "removable": _removable(chosen, choices),
        "count_words": ngettext("%(count)s award", "%(count)s awards", totals.all.count)
        % {"count": formatting.number(totals.all.count)},
        "rows": [words.line(award) for award in page.awards],
        "shown_words": _shown(len(page.awards), totals.all.count),
        "previous_url": _address(chosen, before=page.previous),
        "next_url": _address(chosen, after=page.next),
        "csv_url": f"{reverse('results_csv')}?{urlencode(chosen.pairs())}".rstrip("?"),
        "api_url": seo.first_address("docs"),
        "licence_url": LICENCE,
        "seo": seo.page(
            request,
            title=_("Results"),
            description=_("Who got what from the programme, and why: each award, its amount, its reason."),
            index=not request.GET,
        ),
    }
    if totals.all.count:
        axes = choices.axes
        context |= {
            "facts": words.facts(totals, results.decided(chosen)),
            "time": words.over_time(totals, [axis for axis in axes if axis.mark in totals.axes]),
            "axes": words.by_axis(totals, axes),
            "provinces": words.by_province(totals),
            "sizes": words.by_size(totals),
        }
    return render(request, "results/list.html", context)


@require_safe
def show_result(request, pk):
    """One award: who, how much, why, under which call. Its address stays for as long as it is in force."""
    award = results.one(pk)
    if award is None:
        raise Http404(_("There is no published award at this address."))
    call = words.call_of(award)
    trail = [(_("Results"), reverse("results"))]
    return render(
        request,
        "results/award.html",
        {
            **words.line(award),
            "call": call,
            "call_url": reverse("call", args=[call.slug]) if call else "",
            "action": award.envelope.action,
            "kind": words.KINDS[award.state],
            "is_person": results.is_person(award),
            "trail": trail,
            "seo": seo.page(
                request,
                title=award.title,
                description=award.reasons,
                data=[_grant(award, call)],
                trail=trail,
            ),
        },
    )


@require_safe
def results_csv(request):
    """The rows of the list, all of them, in its order. Written as they are read: memory stays flat."""
    chosen = Chosen.read(request.GET)
    page = seo.absolute(reverse("result", args=[NO_AWARD])).replace(str(NO_AWARD), "%s")

    response = StreamingHttpResponse(_file(chosen, page), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="wecd-results.csv"'
    response["Link"] = f'<{LICENCE}>; rel="license"'
    return response


def _file(chosen: Chosen, page: str) -> Iterator[str]:
    """The file in parts of a few hundred lines: one a line would cost three times as much to send."""
    part = io.StringIO()
    writer = csv.writer(part)
    part.write("\ufeff")
    writer.writerow(COLUMNS)
    for number, line in enumerate(results.lines(chosen), start=1):
        line |= {
            "approved_at": timezone.localdate(line["approved_at"]).isoformat(),
            "page": page % line["pk"],
        }
        writer.writerow([harmless(line[name]) for name in COLUMNS.values()])
        if number % LINES_A_PART == 0:
            yield part.getvalue()
            part.seek(0)
            part.truncate()
    yield part.getvalue()


def _uuid(request, name: str) -> UUID | None:
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def _address(chosen: Chosen, **place) -> str:
    """The list on another page, or nothing when there is none."""
    (name, pk), *_rest = place.items()
    return f"?{urlencode([*chosen.pairs(), (name, str(pk))])}#awards" if pk else ""


def _shown(shown: int, count: int) -> str:
    return ngettext("%(shown)s award of %(count)s", "%(shown)s awards of %(count)s", shown) % {
        "shown": formatting.number(shown),
        "count": formatting.number(count),
    }


def _selects(chosen: Chosen, choices: Choices) -> list[dict]:
    """The selects of the form: name, label, options (value, label, whether chosen)."""
    rows = sorted(provinces.provinces(), key=lambda row: fold(row.name))
    options = {
        "call": (_("Call"), _("All calls"), [(call.slug, call.title) for call in choices.calls]),
        "axis": (_("Quarter"), _("All quarters"), [(a.mark, words.name_of(a)) for a in choices.axes]),
        "province": (_("Province"), _("All provinces"), [(row.nuts2, row.name) for row in rows]),
        "year": (_("Year of the decision"), _("All years"), [(str(y), str(y)) for y in choices.years]),
        "size": (_("Size of the enterprise"), _("All sizes"), list(SizeClass.choices)),
    }
    return [
        {
            "name": name,
            "label": label,
            "options": [
                {"value": value, "label": text, "chosen": value == getattr(chosen, name)}
                for value, text in [("", every), *values]
            ],
        }
        for name, (label, every, values) in options.items()
    ]


def _removable(chosen: Chosen, choices: Choices) -> list[dict]:
    """The chosen filters in words, each with the address of the list without it."""
    labels = {("q", chosen.q): f"“{chosen.q}”"}
    for select in _selects(chosen, choices):
        labels |= {(select["name"], option["value"]): option["label"] for option in select["options"]}
    return [
        {"label": labels.get(pair, pair[1]), "url": f"?{urlencode(chosen.pairs(but=pair[0]))}"}
        for pair in chosen.pairs()
    ]


def _grant(award: Award, call) -> dict:
    """The award in schema.org's words. SECURITY: no recipient when it is a natural person."""
    data: dict = {
        "@type": "MonetaryGrant",
        "name": award.title,
        "identifier": award.reference,
        "url": seo.absolute(reverse("result", args=[award.pk])),
        "amount": {"@type": "MonetaryAmount", "value": str(award.amount), "currency": "EUR"},
        "funder": seo.organization(),
    }
    if award.reasons:
        data["description"] = award.reasons
    if not results.is_person(award):
        data["fundedItem"] = {"@type": "Organization", "name": award.enterprise.name}
    return data
