"""The list of an admin class, read by keyset."""

import copy
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.templatetags.unfold_list import result_headers
from unfold.views import ChangeList

from wecd.common.keyset.counting import count
from wecd.common.keyset.order import BadPlace, Order

AFTER, BEFORE, END = "after", "before", "end"


class KeysetPaginator:
    """What the theme asks a paginator: its template. Pages have no numbers here."""

    template_name = "admin/list/pagination.html"

    def __init__(self, found: int):
        self.count = found

    def get_elided_page_range(self, number=1):
        return []


class KeysetChangeList(ChangeList):
    """A list read from a place: ``?after=``, ``?before=``; ``?before=end`` is the last page.

    It is counted up to a cap and sorted by one column, one that an index begins with. Parameters that mean
    nothing are left out with a message; they never break the page.
    """

    order: Order
    left_out = False  # the address asked for a filter there is not

    def __init__(self, request, *args, **kwargs):
        self.request = request
        self.after, self.before = request.GET.get(AFTER, ""), request.GET.get(BEFORE, "")
        super().__init__(request, *args, **kwargs)

    # --- Parameters -----------------------------------------------------------------------------------
    def get_filters_params(self, params=None):
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in (AFTER, BEFORE)}

    def get_query_string(self, new_params=None, remove=None):
        """The list's address, changed. It leads to the first page unless ``new_params`` say a place."""
        kept = {}
        for name, value in self.filter_params.items():
            gone = any(
                name == each or name.startswith(each.removesuffix("__") + "__") for each in remove or ()
            )
            if not gone and name not in (AFTER, BEFORE):
                kept[name] = value
        for name, value in (new_params or {}).items():
            kept.pop(name, None)
            if value is not None:
                kept[name] = value
        return "?" + urlencode(sorted(kept.items()), doseq=True)

    def get_queryset(self, request, exclude_parameters=None):
        try:
            rows = super().get_queryset(request, exclude_parameters)
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            messages.warning(
                request, _("The address asks for a filter this list does not have: it was left out.")
            )
            self.filter_params, self.left_out = {}, True
            rows = super().get_queryset(request, exclude_parameters)
        if rows.query.distinct:  # of a search over many rows: sorting out doubles would compare whole rows
            found = rows.order_by().values("pk").distinct()
            rows = self.root_queryset.filter(pk__in=found).order_by(*self.order.names)
            rows = rows if rows.query.select_related else self.apply_select_related(rows)
        return rows

    # --- Order ----------------------------------------------------------------------------------------
    def get_ordering(self, request, queryset):
        chosen = self._chosen()
        names = [chosen[1]] if chosen else self.model_admin.get_ordering(request)
        names = names or self._get_default_ordering()
        self.order = Order.of(self.model, names, getattr(self.model_admin, "never_null", ()))
        return self.order.names

    def get_ordering_field_columns(self):
        chosen = self._chosen()
        if chosen:
            index, name = chosen
            return {index: "desc" if name.startswith("-") else "asc"}
        first = self.order.columns[0]
        for index, name in enumerate(self.list_display):
            if self.get_ordering_field(name) == first.path:
                return {index: "desc" if first.descending else "asc"}
        return {}

    def _chosen(self) -> tuple[int, str] | None:
        """The column the address sorts by: its place in ``list_display`` and its name; None without one."""
        text = str(self.params.get(ORDER_VAR, "")).split(".")[0]
        digits = text.removeprefix("-")
        if not (
            digits.isascii() and digits.isdigit() and len(digits) < 4 and int(digits) < len(self.list_display)
        ):
            return None
        index = int(digits)
        if self.sortable_by is not None and self.list_display[index] not in self.sortable_by:
            return None
        name = self.get_ordering_field(self.list_display[index])
        if not isinstance(name, str):
            return None
        descending = text.startswith("-") != name.startswith("-")
        return index, f"-{name.removeprefix('-')}" if descending else name.removeprefix("-")

    # --- Rows -----------------------------------------------------------------------------------------
    def get_results(self, request):
        if getattr(request, "only_the_filter", False):
            return
        self.result_count = count(self.queryset)
        page = self._page(request)
        self.result_list = page.rows
        self.has_previous, self.has_next = page.has_previous, page.has_next
        self.multi_page = self.has_previous or self.has_next
        self.paginator = KeysetPaginator(self.result_count)
        self.show_full_result_count = self.can_show_all = False
        self.full_result_count = self.result_count  # so that the theme writes no second count above
        self.show_admin_actions = True

    def rows_to_show(self):
        """The rows of a page, with no more of them than the page shows. For subclasses."""
        return self.queryset

    def _page(self, request):
        after = before = None
        try:
            if self.before:
                before = [] if self.before == END else self.order.values_at(self.before)
            elif self.after:
                after = self.order.values_at(self.after)
        except BadPlace:
            messages.warning(request, _("That page is no longer there: this is the beginning of the list."))
        page = self.order.page(self.rows_to_show(), self.list_per_page, after=after, before=before)
        if page.rows or not (after or before):
            return page
        # what lay beyond is gone meanwhile: the end of the list on that side
        return self.order.page(self.rows_to_show(), self.list_per_page, before=[] if after else None)

    @cached_property
    def headers(self) -> list[dict]:
        """The theme's headings of the columns, each with the column's name."""
        return [
            header | {"name": name}
            for name, header in zip(self.list_display, result_headers(self), strict=True)
        ]

    # --- Links ----------------------------------------------------------------------------------------
    @property
    def first_url(self) -> str:
        return self.get_query_string() if self.has_previous else ""

    @property
    def previous_url(self) -> str:
        if not self.has_previous:
            return ""
        return self.get_query_string(
            {BEFORE: self.order.place_of(self.result_list[0])} if self.result_list else {}
        )

    @property
    def next_url(self) -> str:
        if not self.has_next:
            return ""
        return self.get_query_string(
            {AFTER: self.order.place_of(self.result_list[-1])} if self.result_list else {}
        )

    @property
    def last_url(self) -> str:
        return self.get_query_string({BEFORE: END}) if self.has_next else ""


def filtered(model, request, query: str) -> ChangeList:
    """The list of ``model`` in the back office as ``query`` filters and sorts it, without reading a row."""
    model_admin = admin.site._registry[model]
    asked = copy.copy(request)
    asked.GET = QueryDict(query)
    asked.only_the_filter = True
    return model_admin.get_changelist_instance(asked)


def neighbours_of(request, row, query: str) -> tuple:
    """The keys of the rows before and after ``row`` in its list as ``query`` filters and sorts it, or None.

    Two queries of one key each. ``row`` itself need not match the filter any more: a decision moved it.
    """
    found = filtered(type(row), request, query)
    place = [column.of(row) for column in found.order.columns]
    keys = found.queryset.values_list("pk", flat=True)
    previous = found.order.read(keys, place, 1, backwards=True)
    following = found.order.read(keys, place, 1)
    return (previous[0] if previous else None, following[0] if following else None)
