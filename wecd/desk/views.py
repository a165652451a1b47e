"""Pages of the back office that belong to no list."""

from django.contrib import admin
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from calls.rules import writes_calls
from wecd.desk import dashboard, search


def fill_dashboard(request, context: dict) -> dict:
    """What the theme asks for when it shows the back office's first page."""
    return context | {
        "title": _("Dashboard"),
        "desk": dashboard.gather(request.user),
        "may_write_calls": writes_calls(request.user),
    }


def search_page(request):
    """Search everything this person may see."""
    text = request.GET.get("q", "").strip()[:200]
    context = admin.site.each_context(request) | {
        "title": _("Search"),
        "q": text,
        "found": search.everywhere(request, text),
        "too_short": 0 < len(text) < search.SHORTEST,
    }
    return TemplateResponse(request, "admin/desk/search.html", context)


urlpatterns = [path("search/", admin.site.admin_view(search_page), name="desk_search")]
