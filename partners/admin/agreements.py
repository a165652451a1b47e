"""Processing agreements: on file here, changed through the domain, their document behind a permission."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget

from partners.domain import agreements
from partners.models import ProcessingAgreement
from wecd.common.admin import StaffModelAdmin
from wecd.common.workflow import Refused

FIELDS = ["partner", "reference", "purpose", "signed_on", "ends_on", "upload"]


class AgreementForm(forms.ModelForm):
    """What was signed. The document is read by the portal, not kept under the name it comes with."""

    upload = forms.FileField(
        label=gettext_lazy("Signed document"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".pdf,application/pdf"}),
        help_text=gettext_lazy("A PDF. It replaces the one on file."),
    )

    class Meta:
        model = ProcessingAgreement
        fields = ["partner", "reference", "purpose", "signed_on", "ends_on"]

    def clean(self):
        """What the domain would refuse shows beside the form."""
        data = super().clean()
        if not self.errors:
            wanted = {name: data[name] for name in ("reference", "purpose", "signed_on", "ends_on")}
            try:
                agreements.check(ProcessingAgreement(**wanted), data.get("upload"))
            except Refused as refused:
                raise forms.ValidationError(str(refused))
        return data


@admin.register(ProcessingAgreement)
class AgreementAdmin(StaffModelAdmin):
    form = AgreementForm
    list_display = ["reference", "partner", "force", "signed_on", "ends_on", "file"]
    list_filter = ["partner"]
    list_select_related = ["partner"]
    never_null = ("partner__name",)
    also_sortable = ("reference", "signed_on", "ends_on")
    search_fields = ["reference", "partner__name", "partner__code"]
    autocomplete_fields = ["partner"]
    readonly_fields = ["file"]

    def get_fields(self, request, obj=None):
        if obj is None:
            return FIELDS
        shown = FIELDS if self.has_change_permission(request, obj) else FIELDS[:-1]
        return [*shown, "file"]

    def get_readonly_fields(self, request, obj=None):
        return ["partner", "file"] if obj else ["file"]

    @display(description=gettext_lazy("in force"), label={"yes": "success", "no": "warning"})
    def force(self, row: ProcessingAgreement) -> tuple[str, str]:
        return ("yes", _("In force")) if row.is_in_force else ("no", _("Not in force"))

    @display(description=gettext_lazy("signed document"))
    def file(self, row: ProcessingAgreement) -> str:
        if not row.document:
            return "–"
        return format_html(
            '<a class="text-primary-600 underline" href="{}">{}</a>',
            reverse("partner_agreement", args=[row.pk]),
            _("Download (PDF)"),
        )

    def save_model(self, request, obj, form, change):
        """Through the domain; the row Django's form built is only its data."""
        data = dict(form.cleaned_data)
        document = data.pop("upload", None)
        if change:
            agreements.update(
                ProcessingAgreement.objects.get(pk=obj.pk), by=request.user, document=document, **data
            )
        else:
            obj.pk = agreements.create(by=request.user, document=document, **data).pk

    def log_addition(self, request, obj, message):
        """The journal has it already."""

    def log_change(self, request, obj, message):
        """The journal has it already."""
