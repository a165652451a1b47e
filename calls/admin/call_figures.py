"""Live statistics of a call, and its closing report as PDF."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from unfold.decorators import action

from calls.domain import closing_report, statistics
from calls.enums import ApplicationState, CallState
from wecd.common import formatting

WIDTH, HEIGHT, INSET = 760, 150, 8


class CallFigures:
    """Two pages of a call for everyone who reads the back office. Neither changes anything."""

    def has_statistics_permission(self, request, object_id=None) -> bool:
        return self.call(request, object_id).state != CallState.DRAFT

    def has_report_permission(self, request, object_id=None) -> bool:
        return closing_report.is_due(self.call(request, object_id))

    @action(
        description=gettext_lazy("Statistics"),
        url_path="statistics",
        permissions=["statistics"],
        icon="monitoring",
    )
    def statistics(self, request, object_id):
        call = self.call(request, object_id)
        now = timezone.now()
        found = statistics.of(call, now=now)
        lists = {
            "strand": (_("By strand"), found.strands),
            "province": (_("By province of the registered office"), found.provinces),
            "size": (_("By size of the enterprise"), found.sizes),
            "sector": (_("By main activity"), found.sectors),
        }
        context = self.admin_site.each_context(request) | {
            "title": _("Statistics"),
            "call": call,
            "found": found,
            "figures": _figures(call, found),
            "chart": _line([count for _day, count in found.days]),
            "days": _days(found.days),
            "busiest": max(found.days, key=lambda day: day[1], default=None),
            "breakdowns": [_breakdown(call, name, title, rows) for name, (title, rows) in lists.items()],
            "states": [
                (ApplicationState(state).label, count, requested, applications(call, state=state))
                for state, (count, requested) in sorted(found.states.items(), key=lambda item: -item[1][0])
            ],
            "time_left": formatting.duration(call.closes_at - now) if call.is_open else "",
            "breadcrumbs": [
                (reverse("admin:calls_call_changelist"), _("Calls")),
                (reverse("admin:calls_call_change", args=[call.pk]), str(call)),
            ],
        }
        return TemplateResponse(request, "admin/calls/call/statistics.html", context)

    @action(
        description=gettext_lazy("Closing report"),
        url_path="report",
        permissions=["report"],
        icon="picture_as_pdf",
    )
    def report(self, request, object_id):
        """The report in French, or in the language asked for (``?lang=``)."""
        from weasyprint import HTML  # heavy, and needed by this page alone

        call = self.call(request, object_id)
        language = request.GET.get("lang", "fr")
        if language not in dict(settings.LANGUAGES):
            messages.error(request, _("This is no language of the portal."))
            return HttpResponseRedirect(reverse("admin:calls_call_change", args=[call.pk]))
        with translation.override(language):
            html = render_to_string("admin/calls/call/report.pdf.html", closing_report.facts(call))
            name = f"{call.code}-{_('closing-report')}.pdf"
        pdf = HTML(string=html, base_url=f"{settings.BASE_DIR}/static/").write_pdf()
        response = HttpResponse(pdf, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def applications(call, **filters) -> str:
    """The address of the list of the call's applications, narrowed."""
    return f"{reverse('admin:calls_application_changelist')}?{urlencode({'call': call.pk} | filters)}"


def _figures(call, found) -> list[tuple]:
    """(figure, words, address) of the head of the page."""
    requested, envelope = found.requested, call.envelope
    share = f"{requested / envelope.amount * 100:.0f}" if envelope and envelope.amount else ""
    asked = _("requested")
    if share:
        asked = _("requested: %(share)s of the %(amount)s of the envelope") % {
            "share": formatting.percent(share),
            "amount": formatting.money(envelope.amount),
        }
    return [
        (formatting.number(found.submitted), pgettext("applications", "submitted"), applications(call)),
        (formatting.number(found.drafts), pgettext("applications", "drafts"), ""),
        (formatting.money(requested), asked, applications(call)),
        (
            formatting.number(found.count("submitted")),
            pgettext("applications", "to check"),
            applications(call, state="submitted"),
        ),
        (
            formatting.number(found.count("awarded")),
            pgettext("applications", "awarded"),
            applications(call, state="awarded"),
        ),
    ]


def _line(values: list[int]) -> dict | None:
    """The points of the line and of its ground, drawn from numbers."""
    if len(values) < 2:
        return None
    top = max(values) or 1
    step = (WIDTH - 2 * INSET) / (len(values) - 1)
    points = [
        f"{INSET + index * step:.1f},{HEIGHT - INSET - value / top * (HEIGHT - 2 * INSET):.1f}"
        for index, value in enumerate(values)
    ]
    return {"points": " ".join(points), "width": WIDTH, "height": HEIGHT, "base": HEIGHT - INSET, "top": top}


def _days(days) -> list[tuple]:
    """(day, submitted, so far), latest first, without the days on which nothing came."""
    so_far, rows = 0, []
    for day, count in days:
        so_far += count
        if count:
            rows.append((day, count, so_far))
    return rows[::-1]


def _breakdown(call, name: str, title: str, rows) -> dict:
    most = max((row.count for row in rows), default=0) or 1
    return {
        "title": title,
        "rows": [
            {
                "label": row.label,
                "count": row.count,
                "requested": row.requested,
                "percent": round(100 * row.count / most),
                "url": applications(call, **{name: row.value}) if row.value else "",
            }
            for row in rows
        ],
    }
