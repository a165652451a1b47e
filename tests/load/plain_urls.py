"""The admin of ``plain_admin``: the columns our list shows, and nothing else said."""

from django.contrib import admin
from django.urls import include, path

from calls.models import Application


class Site(admin.AdminSite):
    def has_permission(self, request):
        return request.user.is_active and request.user.is_staff


class ApplicationAdmin(admin.ModelAdmin):
    list_display = ["reference", "title", "enterprise", "state", "requested", "submitted_at", "officer"]
    list_filter = ["state"]
    search_fields = ["reference", "title", "enterprise__name", "enterprise__number"]
    list_per_page = 50  # as ours; the default is 100

    def has_view_permission(self, request, obj=None):
        return True

    def has_change_permission(self, request, obj=None):
        return True

    def has_module_permission(self, request):
        return True


site = Site(name="admin")
site.register(Application, ApplicationAdmin)
urlpatterns = [path("admin/", site.urls), path("accounts/", include("allauth.urls"))]
