"""Applications in the back office: the list, bulk moves, exports, and a page to read and decide on."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpResponseRedirect

from accounts.rules import is_officer, is_reader
from calls.admin.applications_batches import ApplicationBatches
from calls.admin.applications_export import ApplicationExports
from calls.admin.applications_list import ApplicationList
from calls.admin.applications_page import ApplicationPage
from calls.models import Application
from grants.rules import is_approver
from wecd.common.admin import ReadOnlyAdmin
from wecd.common.admin_saved_views import WithSavedViews


@admin.register(Application)
class ApplicationAdmin(
    ApplicationPage, ApplicationBatches, ApplicationExports, ApplicationList, WithSavedViews, ReadOnlyAdmin
):
    """Read here, decide by moves: nothing of an application is edited in a form."""

    class Media:
        css = {"all": ["css/admin-applications.css"]}

    def has_view_permission(self, request, obj=None) -> bool:
        return is_reader(request.user)

    def has_decide_permission(self, request) -> bool:
        return is_officer(request.user)

    def has_sign_permission(self, request) -> bool:
        return is_approver(request.user)

    def get_queryset(self, request) -> QuerySet:
        return (
            Application.objects.visible_to(request.user)
            .select_related("call", "enterprise", "officer")
            .order_by(*self.ordering)
        )

    def changelist_view(self, request, extra_context=None):
        if request.method == "GET" and not all(request.GET.values()):  # sent by the form though not chosen
            chosen = request.GET.copy()
            for name in [name for name, value in chosen.items() if not value]:
                del chosen[name]
            return HttpResponseRedirect(f"{request.path}?{chosen.urlencode()}")
        context = self.views_context(request) | self.exports_context(request) | (extra_context or {})
        return super().changelist_view(request, context)
