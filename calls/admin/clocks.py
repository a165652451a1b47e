"""All clocks that run, the soonest first: what silence will mean, for whom, and when."""

from dataclasses import dataclass
from datetime import date

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from calls.models import Application
from wecd.common import clocks, formatting
from wecd.common.admin import ReadOnlyAdmin
from wecd.common.models import Clock

PER_PAGE = 50
# kind: what happens when nobody does anything
SILENCE: dict[str, str] = {Clock.Kind.ADMISSIBILITY: gettext_lazy("Silence means admissible")}
VIEWS = {  # ?clock=…: the same words as the list of applications
    "": pgettext_lazy("clocks", "All"),
    "mine": pgettext_lazy("clocks", "Mine"),
    "today": gettext_lazy("End today"),
    "late": gettext_lazy("Past their last day"),
    "paused": pgettext_lazy("clocks", "Paused"),
}


@dataclass
class Row:
    """A clock with what it is about."""

    clock: Clock
    reference: str
    name: str
    officer: str
    url: str
    today: date

    @property
    def silence(self) -> str:
        return str(SILENCE.get(self.clock.kind, ""))

    @property
    def elapsed(self) -> int:
        return clocks.elapsed(self.clock, self.today)

    @property
    def state(self) -> str:
        return clocks.state(self.clock, self.today)

    @property
    def urgent(self) -> bool:
        return self.state == "late"

    @property
    def left(self) -> str:
        """What is left in words, as in the drawing: "tonight", "1 working day"."""
        days = clocks.working_days_left(self.clock, self.today)
        if self.clock.paused_at:
            return _("%(days)s, paused") % {"days": formatting.working_days(days)}
        if clocks.is_over(self.clock, self.today):
            return _("past its last day")
        return formatting.working_days(days) if days else _("tonight")


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin):
    """A page to look at; what a clock is about decides what can be done."""

    def get_queryset(self, request) -> QuerySet[Clock]:
        return clocks.running()

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)  # refuses as every list does
        today, chosen = clocks.today(), request.GET.get("clock", "")
        chosen = chosen if chosen in VIEWS else ""
        wanted = conditions(request.user, today)
        counts = clocks.running().aggregate(
            **{f"n_{name}": Count("pk", filter=where) for name, where in wanted.items()}
        )
        found = clocks.running().filter(wanted[chosen]).order_by(F("due_on").asc(nulls_last=True), "pk")
        paginator = Paginator(found, PER_PAGE)
        paginator.count = counts[f"n_{chosen}"]  # type: ignore[misc]
        page = paginator.get_page(request.GET.get("page"))
        context = self.admin_site.each_context(request) | {
            "title": _("Clocks that run"),
            "opts": self.opts,
            "rows": rows(list(page), today),
            "page": page,
            "chosen": chosen,
            "views": [
                {"name": name, "words": words, "count": counts[f"n_{name}"], "current": name == chosen}
                for name, words in VIEWS.items()
            ],
        }
        return TemplateResponse(request, "admin/clocks/list.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        clock = self.get_object(request, object_id) if self.has_view_permission(request) else None
        if clock is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return HttpResponseRedirect(_page_of(clock))


def conditions(user, today: date) -> dict[str, Q]:
    """Which clocks each view shows."""
    mine = Application.objects.filter(officer=user.pk).values("pk")
    return {
        "": Q(),
        "mine": Q(about_type="calls.application", about_id__in=mine),
        "today": Q(paused_at=None, due_on=today),
        "late": clocks.overdue(today),
        "paused": Q(paused_at__isnull=False),
    }


def rows(found: list[Clock], today: date) -> list[Row]:
    """The clocks with their applications, in one query; one about something unknown shows by its kind."""
    ids = [clock.about_id for clock in found if clock.about_type == "calls.application"]
    about = Application.objects.select_related("enterprise", "officer").in_bulk(ids)
    return [_row(clock, about.get(clock.about_id), today) for clock in found]


def _row(clock: Clock, application: Application | None, today: date) -> Row:
    if application is None:
        return Row(clock, str(clock.get_kind_display()), "", "", "", today)
    return Row(
        clock,
        application.reference,
        application.enterprise.name,
        str(application.officer or ""),
        _page_of(clock),
        today,
    )


def _page_of(clock: Clock) -> str:
    model = clock.about_type.replace(".", "_")
    return reverse(f"admin:{model}_change", args=[clock.about_id])
