"""Import from CSV or XLSX in the back office: a trial that shows what each row would do, then all or nothing.

Between the trial and the import the rows travel in the page, signed for the person who sent them: nothing is
kept on the server, and nothing but what was shown can be imported.
"""

import io

import xlsxwriter
from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from wecd.common import imports, sheets
from wecd.common.workflow import Refused

TWO_HOURS = 2 * 60 * 60
MOST_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File to import"),
        help_text=gettext_lazy("CSV or XLSX, at most 2 MB and 2000 rows. The first row names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"required": gettext_lazy("Choose a file.")},
    )


class ImportsFile:
    """Mixin of admin classes with an ``importer``; the model's ``import`` permission says who may."""

    importer: type[imports.Importer]
    actions_list = ("import_file",)

    def has_import_permission(self, request, object_id=None) -> bool:
        from wecd.common.admin import may  # the base class asks this module first

        return may(request.user, "import", self.model)

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_import_template"
        view = self.admin_site.admin_view(self.template_view)
        return [path("import/template.<slug:form>/", view, name=name), *super().get_urls()]

    @action(
        description=gettext_lazy("Import from a file"),
        url_path="import",
        permissions=["import"],
        icon="upload",
    )
    def import_file(self, request):
        """GET asks for a file; POST tries it, or imports what was tried."""
        form, report, rows, refused = FileForm(), None, "", ""
        if request.method == "POST":
            form = FileForm(request.POST, request.FILES)
            sheet = None
            try:
                if "rows" in request.POST:
                    sheet = self._unsigned(request)
                    report = imports.run(self.importer(), sheet, by=request.user, save=True)
                    if report.is_whole:
                        return self._done(request, report)
                elif form.is_valid():
                    sheet = sheets.read(form.cleaned_data["file"].read(sheets.MOST_BYTES + 1))
                    report = imports.run(self.importer(), sheet, by=request.user, save=False)
            except Refused as error:
                refused = str(error)
            if report and report.is_whole and report.useful:
                rows = self._signed(request, sheet)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        context = self.admin_site.each_context(request) | {
            "title": _("Import: %(what)s") % {"what": self.opts.verbose_name_plural},
            "opts": self.opts,
            "form": form,
            "columns": self.importer.columns,
            "report": report,
            "rows": rows,
            "refused": refused,
            "most": MOST_SHOWN,
            "templates": {form: reverse(f"{name}_import_template", args=[form]) for form in ("xlsx", "csv")},
            "back": reverse(f"{name}_changelist"),
        }
        failed = refused or (report and not report.is_whole) or (request.method == "POST" and not report)
        return TemplateResponse(request, "admin/import.html", context, status=422 if failed else 200)

    def _done(self, request, report):
        new, changed, same = (report.counts[each] for each in (imports.NEW, imports.CHANGED, imports.SAME))
        parts = [
            ngettext("%(n)s added", "%(n)s added", new) % {"n": new},
            ngettext("%(n)s changed", "%(n)s changed", changed) % {"n": changed},
            ngettext("%(n)s left as it was", "%(n)s left as they were", same) % {"n": same},
        ]
        messages.success(request, _("Imported: %(what)s.") % {"what": ", ".join(parts)})
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    # --- From the trial to the import ------------------------------------------------------------
    def _salt(self, request) -> str:
        return f"import.{self.opts.label_lower}.{request.user.pk}"

    def _signed(self, request, sheet) -> str:
        return signing.dumps([sheet.header, sheet.rows], salt=self._salt(request), compress=True)

    def _unsigned(self, request) -> sheets.Sheet:
        try:
            header, rows = signing.loads(request.POST["rows"], salt=self._salt(request), max_age=TWO_HOURS)
        except signing.BadSignature as error:
            raise Refused(_("This trial is too old, or was changed. Send the file again.")) from error
        return sheets.Sheet(header, [(number, cells) for number, cells in rows])

    # --- The template ----------------------------------------------------------------------------
    def template_view(self, request, form):
        """An empty file with the columns' names in the reader's language; XLSX explains them too."""
        if not self.has_import_permission(request) or form not in ("csv", "xlsx"):
            return HttpResponse(status=403)
        labels = [str(column.label) for column in self.importer.columns]
        if form == "csv":
            response = HttpResponse(
                "\ufeff" + ";".join(labels) + "\r\n", content_type="text/csv; charset=utf-8"
            )
        else:
            response = HttpResponse(_workbook(self.importer.columns, labels), content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="{self.opts.model_name}-import.{form}"'
        return response


def _workbook(columns, labels) -> bytes:
    """Every cell is text: a spreadsheet keeps the zero a number or a postal code begins with."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        sheet = book.add_worksheet(_("Import"))
        sheet.set_column(0, len(labels) - 1, 22, text)
        sheet.write_row(0, 0, labels, head)
        sheet.freeze_panes(1, 0)
        words = book.add_worksheet(_("Columns"))
        words.set_column(0, 0, 28)
        words.set_column(1, 1, 80)
        for at, column in enumerate(columns):
            words.write_row(at, 0, [str(column.label), str(column.help)])
    return file.getvalue()
