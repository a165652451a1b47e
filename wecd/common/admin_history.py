"""The history page of the back office: each version of a row and of its parts, with the difference."""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.forms.models import _get_foreign_key
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from wecd.common import versions
from wecd.common.personal import may_see_personal


class HistoryPage:
    """Mixin of admin classes: "History" shows differences where versions are kept (wecd.common.versions).

    The rows of the page's lists are part of it; ``history_parts`` names others as (model, the lookup in its
    history that leads here). ``history_hides`` are fields that tell nobody anything.
    """

    history_parts: tuple = ()
    history_hides: tuple[str, ...] = ()

    def history_view(self, request, object_id, extra_context=None):
        if versions.table_of(self.model) is None:
            return super().history_view(request, object_id, extra_context)
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        try:
            before = parse_datetime(request.GET.get("before", ""))
        except ValueError:
            before = None
        found, older = versions.read(row.pk, self._sources(request), reader=request.user, before=before)
        context = self.admin_site.each_context(request) | {
            "title": _("History of %(row)s") % {"row": row},
            "row": row,
            "opts": self.opts,
            "versions": found,
            "older": older.isoformat() if older else "",
            "is_later_page": before is not None,
            "back": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk]),
            "journal": self._journal(request, row),
        }
        return TemplateResponse(request, "admin/history.html", context | (extra_context or {}))

    def _sources(self, request) -> list[versions.Source]:
        """The row's own history, that of the lists this person sees on its page, and its other parts."""
        sources = [versions.Source(self.model, "pgh_obj_id", self.history_hides)]
        for inline_class in self.inlines:
            inline = inline_class(self.model, self.admin_site)
            if versions.table_of(inline.model) and inline.has_view_permission(request, None):
                link = _get_foreign_key(self.model, inline.model, fk_name=inline.fk_name)
                sources.append(versions.Source(inline.model, link.attname, (link.name,)))
        for model, lookup in self.history_parts:
            sources.append(versions.Source(model, lookup, (lookup.split("__")[0],)))
        return sources

    def _journal(self, request, row) -> str:
        """The journal's entries about this row, for those who read it."""
        if not may_see_personal(request.user):
            return ""
        try:
            return f"{reverse('admin:common_journalentry_changelist')}?q={row.pk}"
        except NoReverseMatch:
            return ""
