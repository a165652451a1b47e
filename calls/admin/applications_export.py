"""Exports of the list: exactly the rows its filters leave, as CSV, XLSX, or a ZIP of their files."""

import tempfile

from django.http import FileResponse, Http404, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from calls.domain import exports
from wecd.common import saved_views
from wecd.common.keyset.changelist import filtered
from wecd.common.personal import may_see_personal

FORMATS = {
    "csv": gettext_lazy("CSV"),
    "xlsx": gettext_lazy("Excel (XLSX)"),
    "zip": gettext_lazy("Attachments (ZIP)"),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ApplicationExports:
    """Mixin of ``ApplicationAdmin``."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        mine = [path("export/<slug:kind>/", wrap(self.export_view), name="calls_application_export")]
        return mine + super().get_urls()

    def exports_context(self, request) -> dict:
        """For the list's template: each format with its address."""
        query = saved_views.cleaned(request.GET.urlencode())
        return {
            "exports": [
                {"words": words, "url": f"{reverse('admin:calls_application_export', args=[kind])}?{query}"}
                for kind, words in FORMATS.items()
                if kind != "zip" or may_see_personal(request.user)
            ]
        }

    def export_view(self, request, kind):
        if kind not in FORMATS or not self.has_view_permission(request):
            raise Http404
        query = saved_views.cleaned(request.GET.urlencode())
        found = filtered(self.model, request, query)
        if found.problems or found.left_out:  # never a file of other rows than those asked for
            return HttpResponseRedirect(f"{reverse('admin:calls_application_changelist')}?{query}")
        rows = found.queryset
        if kind == "zip":
            response = StreamingHttpResponse(
                exports.attachments(rows, by=request.user, query=query), content_type="application/zip"
            )
        else:
            response = self._table(kind, exports.table(rows, by=request.user, query=query, kind=kind))
        name = f"applications-{timezone.localdate():%Y-%m-%d}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response

    def _table(self, kind, table):
        if kind == "csv":
            return StreamingHttpResponse(exports.as_csv(table), content_type="text/csv; charset=utf-8")
        file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
        exports.write_xlsx(table, file)
        file.seek(0)
        return FileResponse(file, content_type=XLSX)
