"""The outbox in the back office: the list, one message as it leaves, and what may be done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, Count, Q, QuerySet
from django.db.models.functions import Cast
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import DropdownFilter

from wecd.common import formatting, mails, outbox, outbox_words, search
from wecd.common import outbox_forms as forms
from wecd.common.admin import ReadOnlyAdmin
from wecd.common.admin_languages import LANGUAGES
from wecd.common.keyset.changelist import filtered
from wecd.common.models import OutboxMessage
from wecd.common.rules import handles_mail
from wecd.common.workflow import NotAllowed, Refused

NAMED = 20  # refusals named one by one in a message
MOST = 2000  # released in one go
State = OutboxMessage.State


# --- Filters ---------------------------------------------------------------------------------------------
class StateFilter(DropdownFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return State.choices

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset


class TemplateFilter(DropdownFilter):
    """One mail, or a group of mails: all decisions."""

    title = gettext_lazy("mail")
    parameter_name = "template"

    def lookups(self, request, model_admin):
        groups = list(mails.groups().items())
        return groups + [(mail.template, mail.title) for mail in mails.every()]

    def queryset(self, request, queryset):
        value = self.value()
        if value in mails.groups():
            return queryset.filter(template__in=mails.in_group(value))
        return queryset.filter(template=value) if value else queryset


class LanguageFilter(DropdownFilter):
    title = gettext_lazy("language")
    parameter_name = "language"

    def lookups(self, request, model_admin):
        return list(LANGUAGES.items())

    def queryset(self, request, queryset):
        return queryset.filter(language=self.value()) if self.value() else queryset


class AboutFilter(DropdownFilter):
    """Messages about what belongs to one row, whatever kind of thing they are about.

    A higher app makes one of its own, and any app above it adds to ``sources`` the rows of its kind:
    ``{"calls.application": lambda key: Application.objects.filter(call=key)}``.
    """

    sources: dict[str, Callable[[str], QuerySet]] = {}

    def queryset(self, request, queryset):
        value = self.value()
        if not value:
            return queryset
        if value not in {str(key) for key, _words in self.lookup_choices}:
            return queryset.none()
        found = Q(pk=None)
        for kind, rows in self.sources.items():
            keys = rows(value).order_by().annotate(key=Cast("pk", CharField())).values("key")
            found |= Q(about_type=kind, about_id__in=keys)
        return queryset.filter(found)


# --- Acts ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Act:
    """One thing to do with a message: its words, what it asks, the domain call it makes."""

    label: object
    intro: object
    act: Callable
    done: object
    form: type = forms.NothingForm
    primary: bool = False
    danger: bool = False
    button: object = ""  # what the button says, where that is not the label


ACTS = {
    "release": Act(
        gettext_lazy("Release"),
        gettext_lazy("It leaves as it is written here, once."),
        outbox.release,
        gettext_lazy("Released."),
        forms.LaterForm,
        primary=True,
    ),
    "retry": Act(
        gettext_lazy("Try again"),
        gettext_lazy("It is given to the mail server once more."),
        outbox.retry,
        gettext_lazy("It will be tried again at once."),
        primary=True,
    ),
    "edit": Act(
        gettext_lazy("Edit"),
        gettext_lazy("Only this message changes. The words before stay in the journal, with your name."),
        outbox.edit,
        gettext_lazy("Changed."),
        forms.WordsForm,
        button=gettext_lazy("Save"),
    ),
    "hold": Act(
        gettext_lazy("Hold"),
        gettext_lazy("It does not leave before somebody releases it."),
        outbox.hold,
        gettext_lazy("Held: it does not leave."),
    ),
    "resend": Act(
        gettext_lazy("Send again"),
        gettext_lazy("The same words leave as a new message, to the address the person has today."),
        outbox.resend,
        gettext_lazy("It is sent again, as this new message."),
    ),
    "bounce": Act(
        gettext_lazy("It came back"),
        gettext_lazy("Note what the other mail server said. Nothing is sent."),
        outbox.bounced,
        gettext_lazy("Noted."),
        forms.ReasonForm,
    ),
    "discard": Act(
        gettext_lazy("Discard"),
        gettext_lazy("It is never sent. It stays on record, with your reason."),
        outbox.discard,
        gettext_lazy("Discarded: it is not sent."),
        forms.ReasonForm,
        danger=True,
    ),
}


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """Read here, decide by acts: nothing of a message is edited but through ``wecd.common.outbox``."""

    list_display = ["named", "mail", "to", "spoken", "stands", "came"]
    list_filter = [StateFilter, TemplateFilter, LanguageFilter]
    plain_search = search.plain("subject", "to")
    search_help_text = gettext_lazy("Words of the subject, address")
    ordering = ["-created_at", "-id"]
    actions = ["release_selected", "hold_selected", "retry_selected"]
    list_before_template = "admin/outbox/_waiting.html"

    class Media:
        css = {"all": ["css/admin-applications.css", "css/admin-outbox.css"]}

    def has_handle_permission(self, request) -> bool:
        return handles_mail.test(request.user)

    # --- Columns ------------------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("subject"))
    def named(self, row):
        return format_html('<span class="roomy">{}</span>', row.subject)

    @admin.display(description=gettext_lazy("mail"))
    def mail(self, row):
        return mails.title_of(row.template)

    @admin.display(description=gettext_lazy("language"))
    def spoken(self, row):
        return LANGUAGES.get(row.language, row.language)

    @admin.display(description=gettext_lazy("state"))
    def stands(self, row):
        return outbox_words.state_tag(row)

    @admin.display(description=gettext_lazy("written"), ordering="created_at")
    def came(self, row):
        return format_html('<span class="keep">{}</span>', formatting.moment(row.created_at, "medium"))

    # --- The list -----------------------------------------------------------------------------------------
    def changelist_view(self, request, extra_context=None):
        waiting = OutboxMessage.objects.filter(state__in=[State.HELD, State.FAILED, State.BOUNCED])
        counts = dict(waiting.order_by().values_list("state").annotate(Count("pk")))
        chosen = {name: value for name, value in request.GET.items() if name not in ("after", "before")}
        return super().changelist_view(
            request,
            {
                "counts": [
                    (value, label, counts[value]) for value, label in State.choices if value in counts
                ],
                "may_handle": self.has_handle_permission(request),
                "held_here": request.GET.get("state") == State.HELD,
                "release_url": f"{reverse('admin:common_outboxmessage_release')}?{urlencode(chosen)}",
            }
            | (extra_context or {}),
        )

    @admin.action(description=gettext_lazy("Release"), permissions=["handle"])
    def release_selected(self, request, queryset):
        self._all(request, queryset, outbox.release, gettext_lazy("released"))

    @admin.action(description=gettext_lazy("Hold"), permissions=["handle"])
    def hold_selected(self, request, queryset):
        self._all(request, queryset, outbox.hold, gettext_lazy("held"))

    @admin.action(description=gettext_lazy("Try again"), permissions=["handle"])
    def retry_selected(self, request, queryset):
        self._all(request, queryset, outbox.retry, gettext_lazy("tried again"))

    def _all(self, request, queryset, act, done, **facts) -> None:
        """Do it to each, oldest first; say how many, and each refusal by its subject."""
        rows = queryset.order_by("created_at", "id")[:MOST]
        outcome = outbox.each(rows, lambda row: act(row, by=request.user, **facts))
        if outcome.done:
            words = ngettext(
                "%(count)s message: %(done)s.", "%(count)s messages: %(done)s.", len(outcome.done)
            )
            messages.success(request, words % {"count": len(outcome.done), "done": done})
        if outcome.refused:
            words = ngettext(
                "%(count)s message was refused:", "%(count)s messages were refused:", len(outcome.refused)
            ) % {"count": len(outcome.refused)}
            named = format_html_join("", "<br><strong>{}</strong> {}", outcome.refused[:NAMED])
            more = len(outcome.refused) - NAMED
            rest = format_html("<br>{}", _("and %(count)s more") % {"count": more}) if more > 0 else ""
            messages.error(request, format_html("{}{}{}", words, named, rest))

    # --- Pages --------------------------------------------------------------------------------------------
    def get_urls(self):
        view = self.admin_site.admin_view
        mine = [
            path("release/", view(self.release_view), name="common_outboxmessage_release"),
            path("<uuid:pk>/<slug:verb>/do/", view(self.act_view), name="common_outboxmessage_act"),
        ]
        return mine + super().get_urls()

    def _one(self, request, pk) -> OutboxMessage | None:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return OutboxMessage.objects.select_related("recipient", "edited_by", "resends").filter(pk=pk).first()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        message = self._one(request, object_id)
        if message is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method == "POST":
            raise PermissionDenied
        row = mails.about(message)
        context = self.admin_site.each_context(request) | {
            "title": message.subject,
            "opts": self.opts,
            "message": message,
            "state_tag": outbox_words.state_tag(message),
            "mail": mails.title_of(message.template),
            "language": LANGUAGES.get(message.language, message.language),
            "may_read": outbox_words.may_read(message),
            "about": row,
            "about_kind": row._meta.verbose_name if row else "",
            "about_url": outbox_words.about_url(message) if row else "",
            "again": list(message.resent_as.order_by("created_at")),
            "story": outbox_words.story(message),
            "buttons": self._buttons(message, request.user),
        }
        return TemplateResponse(request, "admin/outbox/message.html", context)

    def _buttons(self, message, user) -> list[dict]:
        found = []
        for verb, act in ACTS.items():
            why = outbox.why_not(message, verb, user)
            if why is not None:
                url = reverse("admin:common_outboxmessage_act", args=[message.pk, verb])
                found.append({"verb": verb, "label": act.label, "url": url, "why": why, "act": act})
        return found

    def act_view(self, request, pk, verb):
        """Say what will happen; on POST do it, or show the refusal."""
        message, act = self._one(request, pk), ACTS.get(verb)
        if message is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        if act is None:
            raise Http404
        why = outbox.why_not(message, verb, request.user)
        if why is None:
            messages.info(
                request, _("This is no longer possible: it is now “%s”.") % message.get_state_display()
            )
            return HttpResponseRedirect(page_url(message))
        if why:
            raise PermissionDenied(why)
        form, refused = self._form(act, request, message), ""
        if request.method == "POST" and form.is_valid():
            try:
                done = act.act(OutboxMessage(pk=message.pk), by=request.user, **form.facts())
            except (Refused, NotAllowed) as error:
                refused = str(error)
            else:
                messages.success(request, str(act.done))
                return HttpResponseRedirect(page_url(done))
        context = self.admin_site.each_context(request) | {
            "title": act.label,
            "message": message,
            "act": act,
            "form": form,
            "refused": refused,
            "state_tag": outbox_words.state_tag(message),
            "back": page_url(message),
        }
        return TemplateResponse(request, "admin/outbox/act.html", context, status=409 if refused else 200)

    def _form(self, act, request, message):
        data = request.POST if request.method == "POST" else None
        if act.form is forms.WordsForm:
            return forms.WordsForm(data, instance=message, initial={"body": message.body})
        return act.form(data)

    def release_view(self, request):
        """Release every held message of the list as it is filtered: all decision mails of one call."""
        if not self.has_handle_permission(request):
            raise PermissionDenied
        query = request.GET.urlencode()
        rows = filtered(OutboxMessage, request, query).queryset.filter(state=State.HELD)
        form = forms.LaterForm(request.POST if request.method == "POST" else None)
        back = f"{reverse('admin:common_outboxmessage_changelist')}?{query}"
        if request.method == "POST" and form.is_valid():
            self._all(request, rows, outbox.release, gettext_lazy("released"), **form.facts())
            return HttpResponseRedirect(back)
        kinds = rows.order_by().values_list("template").annotate(count=Count("pk")).order_by("-count")
        groups = [(mails.title_of(template), count) for template, count in kinds]
        total = sum(count for _title, count in groups)
        context = self.admin_site.each_context(request) | {
            "title": _("Release several messages"),
            "form": form,
            "groups": groups,
            "total": total,
            "now": min(total, MOST),
            "first": list(rows.order_by("created_at", "id")[:5]),
            "back": back,
        }
        return TemplateResponse(request, "admin/outbox/release.html", context)

    def history_view(self, request, object_id, extra_context=None):
        return HttpResponseRedirect("../change/#story")


def page_url(message: OutboxMessage) -> str:
    return reverse("admin:common_outboxmessage_change", args=[message.pk])
