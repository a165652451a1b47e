"""Saved views in the back office: tabs above a list, a form to keep one, a page to change one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import rules
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from wecd.common import saved_views
from wecd.common.models import SavedView
from wecd.common.workflow import NotAllowed, Refused

if TYPE_CHECKING:
    from unfold.admin import ModelAdmin as Base
else:
    Base = object


@dataclass(frozen=True)
class Tab:
    """One tab: where it leads, whether it is the one shown, and where its owner changes it."""

    words: str
    url: str
    is_current: bool
    edit_url: str = ""
    owner: str = ""


class WithSavedViews(Base):
    """Mixin of admin classes. ``built_in_views`` are (words, query); "All" comes before them."""

    built_in_views: tuple = ()

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        mine = [
            path("views/", wrap(self.keep_view), name=f"{name}_views"),
            path("views/<uuid:view>/", wrap(self.saved_view), name=f"{name}_view"),
        ]
        return mine + super().get_urls()

    def tabs(self, request) -> list[Tab]:
        """All rows, the built-in views, the person's own and those others share."""
        here = saved_views.cleaned(request.GET.urlencode())
        base, name = self._list_url(), f"admin:{self.opts.app_label}_{self.opts.model_name}_view"
        found = [Tab(_("All"), base, here == "")]
        for words, query in self.built_in_views:
            found.append(Tab(words, f"{base}?{query}", here == saved_views.cleaned(query)))
        for view in saved_views.of_list(self.opts.label_lower, request.user):
            own = view.owner_id == request.user.pk
            may_edit = own or rules.has_perm("common.delete_savedview", request.user)
            found.append(
                Tab(
                    view.name,
                    f"{base}?{view.query}",
                    here == saved_views.cleaned(view.query),
                    reverse(name, args=[view.pk]) if may_edit else "",
                    "" if own else str(view.owner),
                )
            )
        return found

    def views_context(self, request) -> dict:
        """For the list's template: the tabs, and whether and where this view can be kept."""
        tabs = self.tabs(request)
        query = saved_views.cleaned(request.GET.urlencode())
        unknown = bool(query) and not any(tab.is_current for tab in tabs)
        return {
            "tabs": tabs,
            "view_query": query,
            "keep_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_views"),
            "may_keep": unknown and rules.has_perm("common.keep_savedview", request.user),
        }

    def keep_view(self, request):
        if not self.has_view_permission(request):
            raise NotAllowed(_("Your role does not allow this."))
        query = saved_views.cleaned(request.POST.get("query", ""))
        if request.method == "POST":
            try:
                view = saved_views.keep(
                    self.opts.label_lower,
                    by=request.user,
                    name=request.POST.get("name", ""),
                    query=query,
                    is_shared="is_shared" in request.POST,
                )
            except Refused as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("“%(name)s” is kept above the list.") % {"name": view.name})
        return HttpResponseRedirect(f"{self._list_url()}?{query}")

    def saved_view(self, request, view):
        row = SavedView.objects.filter(pk=view, list=self.opts.label_lower).select_related("owner").first()
        own = row is not None and row.owner_id == request.user.pk
        if row is None or not self.has_view_permission(request) or not (own or row.is_shared):
            raise Http404
        back = f"{self._list_url()}?{row.query}"
        if request.method == "POST":
            try:
                back = self._change(request, row, back)
            except Refused as error:
                messages.error(request, str(error))
                back = request.path
            return HttpResponseRedirect(back)
        context = self.admin_site.each_context(request) | {
            "view": row,
            "own": own,
            "title": row.name,
            "opts": self.opts,
            "back": back,
            "list_url": self._list_url(),
            "may_delete": own or rules.has_perm("common.delete_savedview", request.user),
        }
        return TemplateResponse(request, "admin/list/view.html", context)

    def _change(self, request, row, back) -> str:
        if "delete" in request.POST:
            saved_views.delete(row, by=request.user)
            messages.success(request, _("“%(name)s” is deleted.") % {"name": row.name})
            return self._list_url()
        saved_views.rename(row, by=request.user, name=request.POST.get("name", ""))
        saved_views.share(row, by=request.user, is_shared="is_shared" in request.POST)
        messages.success(request, _("“%(name)s” is changed.") % {"name": row.name})
        return back

    def _list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
