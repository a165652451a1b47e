"""A call as a file in the back office: exported from its page, imported from the list."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from calls.domain import call_file
from calls.models import Call
from wecd.common.admin import may
from wecd.common.workflow import Refused


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A JSON file exported from this portal or another one like it."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    slug = forms.SlugField(
        label=gettext_lazy("Address, if not the one in the file"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )
    code = forms.CharField(
        label=gettext_lazy("Reference prefix, if not the one in the file"),
        max_length=12,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )


class CallFiles:
    """The export button of a call and the import page of the list."""

    actions_list = ["import_call"]

    def get_urls(self):
        page = self.admin_site.admin_view(self.import_page)
        return [path("import/", page, name="calls_call_import"), *super().get_urls()]

    def has_import_permission(self, request) -> bool:
        return may(request.user, "add", Call)

    @action(
        description=gettext_lazy("Import a call"),
        url_path="import-call",
        permissions=["import"],
        icon="upload_file",
    )
    def import_call(self, request):
        return HttpResponseRedirect(reverse("admin:calls_call_import"))

    @action(description=gettext_lazy("Export"), url_path="export", icon="download")
    def export(self, request, object_id):
        call = self.call(request, object_id)
        text = call_file.as_text(call_file.export(call))
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{call.slug}.json"'
        return response

    def import_page(self, request):
        """A file, checked whole; every problem is listed with its place, and nothing is written."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        problems: list = []
        refused = ""
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                content = call_file.parse(data["file"].read(call_file.MOST_BYTES + 1))
                problems = call_file.check(content)
                if not problems:
                    call = call_file.load(content, by=request.user, slug=data["slug"], code=data["code"])
                    messages.success(request, _("The call is a draft. Choose its envelope and its contact."))
                    return HttpResponseRedirect(reverse("admin:calls_call_change", args=[call.pk]))
            except Refused as error:
                refused = str(error)
        context = self.admin_site.each_context(request) | {
            "title": _("Import a call"),
            "form": form,
            "problems": problems,
            "refused": refused,
            "breadcrumbs": [(reverse("admin:calls_call_changelist"), _("Calls"))],
        }
        status = 422 if problems or refused or form.errors else 200
        return TemplateResponse(request, "admin/calls/call/import.html", context, status=status)
