"""What an admin class needs for a list read by keyset."""

from functools import reduce
from operator import or_

from django.contrib.admin.utils import lookup_spawns_duplicates
from django.db.models import Expression, Q

from wecd.common import search
from wecd.common.keyset.changelist import KeysetChangeList
from wecd.common.keyset.order import Order, indexed


class KeysetList:
    """Mixin of admin classes: pages by keyset, 50 rows each, sorted only by what an index can sort.

    ``also_sortable`` names columns of small tables (hundreds of rows) that need no index; ``never_null``
    columns that are empty in no row of this list; ``plain_search`` an indexed expression of
    ``wecd.common.search``.
    """

    list_per_page = 50
    show_full_result_count = False
    also_sortable: tuple[str, ...] = ()
    never_null: tuple[str, ...] = ()
    plain_search: Expression | None = None

    def get_changelist(self, request, **kwargs):
        return KeysetChangeList

    def get_sortable_by(self, request):
        names = self.get_ordering(request) or self.model._meta.ordering
        allowed = (
            indexed(self.model) | set(self.also_sortable) | {Order.of(self.model, names).columns[0].path}
        )
        return [name for name in self.get_list_display(request) if self._sorts_by(name) in allowed]

    def _sorts_by(self, name) -> str:
        """The column a column of the list is sorted by; "" for none."""
        if any(field.name == name for field in self.model._meta.get_fields()):
            return name
        shown = getattr(self, name, None) if isinstance(name, str) else name
        shown = shown or getattr(self.model, name, None)
        if isinstance(shown, property):
            shown = shown.fget
        column = getattr(shown, "admin_order_field", None)
        return column.removeprefix("-") if isinstance(column, str) else ""

    def get_search_fields(self, request):
        """The theme shows the search box when there is a field to search."""
        return super().get_search_fields(request) or (("pk",) if self.plain_search is not None else ())

    def get_search_results(self, request, queryset, search_term):
        if self.plain_search is not None:
            return search.search(queryset, self.plain_search, search_term), False
        names = [name.lstrip("^=@") for name in self.get_search_fields(request)]
        if not names or not search_term:
            return queryset, False
        found = Q()
        for word in search_term.split():
            found &= reduce(or_, (search.contains(search.plain(name), word) for name in names))
        return queryset.filter(found), any(lookup_spawns_duplicates(self.opts, name) for name in names)
