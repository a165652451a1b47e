"""The page of one application in the back office, and the addresses under it."""

from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path

from calls.admin.applications_context import context_of
from calls.admin.applications_moves import move_page
from calls.models import Application

WITH = (
    "call__envelope__action__axis",
    "call__action__axis",
    "strand",
    "form",
    "enterprise__undertaking",
    "officer",
    "applicant",
    "submitted_by",
    "award__proposed_by",
    "award__approved_by",
    "award__envelope",
)


class ApplicationPage:
    """What ``ApplicationAdmin`` shows of one row: the page and its moves."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        mine = [path("<uuid:pk>/<slug:verb>/do/", wrap(self.move_view), name="calls_application_move")]
        return mine + super().get_urls()

    def _one(self, request, pk) -> Application | None:
        if not self.has_view_permission(request):
            return None
        return self.get_queryset(request).select_related(*WITH).filter(pk=pk).first()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        application = self._one(request, object_id)
        if application is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context = self.admin_site.each_context(request) | context_of(application, request.user)
        context |= {"title": str(application), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, "admin/applications/change.html", context)

    def move_view(self, request, pk, verb):
        application = self._one(request, pk)
        if application is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        return move_page(self, request, application, verb)

    def history_view(self, request, object_id, extra_context=None):
        return HttpResponseRedirect("../change/#story")
