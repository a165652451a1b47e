"""The page of one application in the back office, and the addresses under it."""

from csp.decorators import csp_update
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator

from calls.admin import applications_talk as talk
from calls.admin.applications_context import context_of
from calls.admin.applications_moves import move_page
from calls.domain import conversations
from calls.models import Application
from wecd.common.kept import keep_and_ask_to_sign_in
from wecd.common.keyset import neighbours_of

# What the page names, and no more: each table joined costs time to plan.
SHOWN = (
    "call__envelope",
    "strand",
    "form",
    "enterprise",
    "officer",
    "applicant",
    "award__proposed_by",
    "award__approved_by",
)
DECIDED_ON = (
    "call__envelope",
    "call__action",
    "strand",
    "form",
    "enterprise__undertaking",
    "officer",
    "award__proposed_by",
    "award__envelope",
)
FRAMES = {"frame-src": ["'self'"]}  # previews of PDF


class ApplicationPage:
    """What ``ApplicationAdmin`` shows of one row: the page, what is said about it, and its moves."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        mine = [
            path("<uuid:pk>/note/", self.note_view, name="calls_application_note"),
            path("<uuid:pk>/message/", self.message_view, name="calls_application_message"),
            path("<uuid:pk>/settle/", wrap(self.settle_view), name="calls_application_settle"),
            path("<uuid:pk>/<slug:verb>/do/", wrap(self.move_view), name="calls_application_move"),
        ]
        return mine + super().get_urls()

    def _one(self, request, pk, parts=SHOWN) -> Application | None:
        if not self.has_view_permission(request):
            return None
        return self.get_queryset(request).select_related(None).select_related(*parts).filter(pk=pk).first()

    def _missing(self, request, pk):
        return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))

    @method_decorator(csp_update(FRAMES))
    def change_view(self, request, object_id, form_url="", extra_context=None):
        application = self._one(request, object_id)
        return self._page(request, application) if application else self._missing(request, object_id)

    def _page(self, request, application, *, boxes=None, status=200):
        """The page; ``boxes`` are the note and message boxes when a text comes back."""
        boxes = boxes or {kind: talk.restored(request, application, kind) for kind in ("note", "message")}
        context = self.admin_site.each_context(request)
        context |= context_of(application, request.user, version=request.GET.get("version"), boxes=boxes)
        context |= self._in_the_list(request, application)
        context |= {"title": str(application), "opts": self.opts, "media": self.media}
        response = TemplateResponse(request, "admin/applications/change.html", context, status=status)
        if context["talk"]["unread"]:
            response.add_post_render_callback(
                lambda _: conversations.read(application, by=request.user) and None
            )
        return response

    def _in_the_list(self, request, application) -> dict:
        """The applications before and after this one in the list one came from."""
        query = request.GET.get("list")
        if query is None:
            return {"list": None}
        before, after = neighbours_of(request, application, query)
        return {"list": query, "before": before, "after": after}

    def move_view(self, request, pk, verb):
        application = self._one(request, pk, DECIDED_ON)
        return move_page(self, request, application, verb) if application else self._missing(request, pk)

    def note_view(self, request, pk):
        return self._say(request, pk, talk.NOTE)

    def message_view(self, request, pk):
        return self._say(request, pk, talk.MESSAGE)

    note_view.keeps_text = message_view.keeps_text = True  # the door lets what was typed through to here

    def _say(self, request, pk, kind: str):
        """Not behind the admin's own gate, which would drop what somebody signed out meanwhile had typed."""
        if request.method == "POST" and not request.user.is_authenticated:
            return keep_and_ask_to_sign_in(request, pk, kind)
        return self.admin_site.admin_view(self._say_signed_in)(request, pk, kind)

    @method_decorator(csp_update(FRAMES))
    def _say_signed_in(self, request, pk, kind: str):
        application = self._one(request, pk)
        if application is None:
            return self._missing(request, pk)
        if request.method == "POST":
            box = talk.write(request, application, kind)
            if box is not None:
                return self._page(request, application, boxes={kind: box}, status=409)
        return talk.back_to(application, kind)

    def settle_view(self, request, pk):
        application = self._one(request, pk)
        if application is None:
            return self._missing(request, pk)
        if request.method == "POST":
            talk.settle(request, application)
        return talk.back_to(application, talk.MESSAGE)

    def history_view(self, request, object_id, extra_context=None):
        page = reverse("admin:calls_application_change", args=[object_id])
        return HttpResponseRedirect(f"{page}#story")
