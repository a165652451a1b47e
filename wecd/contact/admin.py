"""Messages from the public in the back office: read, answer, close."""

from django.contrib import admin, messages
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wecd.common import formatting
from wecd.common.admin import ReadOnlyAdmin
from wecd.common.workflow import Refused, can
from wecd.contact import domain
from wecd.contact.forms import AnswerForm
from wecd.contact.models import Enquiry

LOOKS = {"new": "warning", "answered": "success", "closed": ""}


@admin.register(Enquiry)
class EnquiryAdmin(ReadOnlyAdmin):
    list_display = ["words", "kind", "stands", "came"]
    list_display_links = ["words"]
    list_filter = ["state", "kind"]
    search_fields = ["text", "page"]
    ordering = ["-created_at", "-pk"]
    list_per_page = 50
    actions = None

    @admin.display(description=gettext_lazy("message"))
    def words(self, row) -> str:
        text = " ".join(row.text.split())
        return text if len(text) <= 120 else f"{text[:119]}…"

    @admin.display(description=gettext_lazy("state"))
    def stands(self, row) -> str:
        return format_html('<span class="tag tag-{}">{}</span>', LOOKS[row.state], row.get_state_display())

    @admin.display(description=gettext_lazy("received"), ordering="created_at")
    def came(self, row) -> str:
        return formatting.moment(row.created_at, "medium")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = Enquiry.objects.select_related("settled_by").filter(pk=object_id).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        form, refused = AnswerForm(request.POST or None), ""
        if request.method == "POST" and form.is_valid():
            try:
                done = self._act(request, row, form.cleaned_data)
            except Refused as error:
                refused = str(error)
            else:
                messages.success(request, done)
                return HttpResponseRedirect(reverse("admin:contact_enquiry_changelist") + "?state__exact=new")
        context = self.admin_site.each_context(request) | {
            "title": row.get_kind_display(),
            "opts": self.opts,
            "row": row,
            "stands": self.stands(row),
            "form": form,
            "refused": refused,
            "may_settle": can(row, "answer", request.user),
        }
        return TemplateResponse(request, "admin/contact/enquiry.html", context)

    def _act(self, request, row, said) -> str:
        if request.POST.get("act") == "close":
            domain.close(row, by=request.user, reason=said["reason"])
            return _("The message is closed.")
        domain.answer(row, by=request.user, text=said["text"])
        return _("The answer is in the outbox.")
