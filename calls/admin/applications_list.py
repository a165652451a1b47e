"""The list of applications: its columns, its filters, its rows with their clocks."""

from datetime import date
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.admin.applications_filters import ABOUT, FILTERS
from calls.admin.applications_words import state_tag
from calls.models import Message
from wecd.common import clocks, formatting, saved_views, search
from wecd.common.identifiers import clean_enterprise_number
from wecd.common.keyset import KeysetChangeList

# (words, query): tabs everybody has
VIEWS = (
    (gettext_lazy("To check"), "state=submitted"),
    (gettext_lazy("Mine"), "officer=mine"),
    (gettext_lazy("Clock ends this week"), "clock=week"),
    (gettext_lazy("To approve"), "flag=to_approve"),
    (gettext_lazy("Messages to answer"), "flag=to_answer"),
)


class ApplicationChangeList(KeysetChangeList):
    """Rows bring their clock and what waits for an answer, in one query each; their links say the filter."""

    def get_results(self, request):
        super().get_results(request)
        if getattr(request, "only_the_filter", False):
            return
        self.preserved_filters = ""  # ``list`` says it, shorter
        self.list_query = saved_views.cleaned(request.GET.urlencode())
        keys = [row.pk for row in self.result_list]
        running = {clock.about_id: clock for clock in clocks.running(ABOUT).filter(about_id__in=keys)}
        waiting = set(
            Message.objects.filter(application__in=keys, from_staff=False, settled_at=None)
            .order_by()
            .values_list("application", flat=True)
        )
        tags = {row.state: row for row in self.result_list}
        tags = {state: state_tag(row) for state, row in tags.items()}  # choices are slow to read row by row
        faces: dict = {}
        for row in self.result_list:
            row.state_tag = tags[row.state]
            clock, row.has_message = running.get(row.pk), row.pk in waiting
            alike = clock and (clock.due_on, clock.working_days, clock.paused_at is None, clock.days_left)
            if alike not in faces:  # counting working days takes a while, and many end on one day
                faces[alike] = drawn(clock)
            row.clock_html = faces[alike]
            row.list_url = self.url_for_result(row)

    def rows_to_show(self):
        shown = ("title", "reference", "state", "requested", "submitted_at", "rule_results")
        beside = ("enterprise__name", "officer__name", "officer__email")
        rows = self.queryset.select_related(None).select_related("enterprise", "officer")
        return rows.only(*shown, *beside)

    def get_filters(self, request):
        """The panel is ours, so the theme is told that there are no filters."""
        found = super().get_filters(request)
        return found[0], False, *found[2:]

    def url_for_result(self, result):
        address = reverse("admin:calls_application_change", args=[result.pk])
        return f"{address}?{urlencode({'list': self.list_query})}"

    @property
    def chosen(self) -> list[dict]:
        """The filters in force, each with the address of the list without it."""
        found = [
            {
                "title": spec.title,
                "words": spec.words,
                "url": self.get_query_string(remove=[spec.parameter_name]),
            }
            for spec in self.filter_specs
            if spec.value
        ]
        if self.query:
            found.insert(
                0, {"title": _("search"), "words": self.query, "url": self.get_query_string(remove=["q"])}
            )
        return found

    @property
    def problems(self) -> list[str]:
        return [spec.refused for spec in self.filter_specs if spec.refused]


class ApplicationList:
    """What ``ApplicationAdmin`` shows of many rows. Mixin."""

    list_display = ["project", "stands", "running_clock", "asks", "came", "handled_by"]
    list_display_links = None  # the project's cell holds its own link, with what stands under it
    list_filter = FILTERS
    search_help_text = gettext_lazy("Reference, project, enterprise or enterprise number")
    plain_search = F("search")
    ordering = ["-submitted_at", "-pk"]
    never_null = ("submitted_at",)
    change_list_template = "admin/applications/list.html"
    built_in_views = VIEWS

    def get_changelist(self, request, **kwargs):
        return ApplicationChangeList

    def get_search_results(self, request, queryset, search_term):
        digits = clean_enterprise_number(search_term)
        typed = search_term.replace(".", "").replace(" ", "").upper().removeprefix("BE")
        if len(digits) >= 9 and typed.isdigit():  # 0403.019.261, BE 0403019261
            search_term = digits
        return search.search(queryset, self.plain_search, search_term), False

    # --- Columns --------------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("project"), ordering="reference")
    def project(self, row):
        return format_html(
            '<a class="row-title" href="{}">{}</a><span class="row-more">'
            '<span class="keep">{}</span> {}</span>',
            row.list_url,
            row.title or _("Untitled application"),
            row.reference,
            row.enterprise.name,
        )

    @admin.display(description=gettext_lazy("state"))
    def stands(self, row):
        flags = []
        if row.has_message:
            flags.append(_("message to answer"))
        if any(result.get("verdict") == "no" for result in row.rule_results or []):
            flags.append(_("against a rule"))
        return format_html(
            "{}{}",
            row.state_tag,
            format_html_join("", '<span class="row-flag">{}</span>', ((words,) for words in flags)),
        )

    @admin.display(description=gettext_lazy("clock"))
    def running_clock(self, row):
        return row.clock_html

    @admin.display(description=gettext_lazy("requested"), ordering="requested")
    def asks(self, row):
        return format_html('<span class="num">{}</span>', formatting.money(row.requested))

    @admin.display(description=gettext_lazy("submitted"), ordering="submitted_at")
    def came(self, row):
        return format_html(
            '<span class="keep">{}</span><span class="row-more">{}</span>',
            formatting.date(row.submitted_at, "medium"),
            days_ago(row.submitted_at),
        )

    @admin.display(description=gettext_lazy("officer"))
    def handled_by(self, row):
        return str(row.officer) if row.officer else format_html('<span class="none">{}</span>', _("nobody"))


def drawn(clock) -> str:
    """A clock as a row shows it: its days as cells, and what they say."""
    if clock is None:
        return format_html('<span class="none">{}</span>', "–")
    return format_html(
        '<span class="row-clock is-{}"><span class="daycells" aria-hidden="true">{}</span>{}</span>',
        clocks.state(clock),
        format_html_join("", '<i class="{}"></i>', ((cell,) for cell in clocks.cells(clock))),
        clock_words(clock),
    )


def clock_words(clock, today: date | None = None) -> str:
    """ "3 days left", "last day", "over since 2 December": what the cells say."""
    today = today or clocks.today()
    left = clocks.working_days_left(clock, today)
    if clock.paused_at is not None:
        return ngettext("paused, %(count)s day left", "paused, %(count)s days left", left) % {"count": left}
    if clocks.is_over(clock, today):
        return _("over since %(day)s") % {"day": formatting.date(clock.due_on, "medium")}
    if not left:
        return _("last day")
    return ngettext("%(count)s day left", "%(count)s days left", left) % {"count": left}


def days_ago(at) -> str:
    days = (timezone.localdate() - timezone.localdate(at)).days
    if days <= 0:
        return _("today")
    return ngettext("%(count)s day ago", "%(count)s days ago", days) % {"count": days}
