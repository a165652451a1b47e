"""The back office's base classes, the journal and the outbox.

``StaffModelAdmin`` and the two inlines ask the model's ``rules_permissions``, like pages and the API do:
what is not declared is denied, and a superuser gets no more than their roles give.
"""

import functools
import json

import rules
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from wecd.common.admin_history import HistoryPage
from wecd.common.keyset import KeysetList
from wecd.common.models import JournalEntry, JournalHead

# Django's own words, which it translates.
NOTHING_CHOSEN = "Items must be selected in order to perform actions on them. No items have been changed."


def may(user, action: str, model, obj=None) -> bool:
    """Whether ``user`` may do ``action`` (view, add, change, delete) to ``obj``, or to the model at all."""
    options = model._meta
    return rules.has_perm(f"{options.app_label}.{action}_{options.model_name}", user, obj)


def reads_programme(user) -> bool:
    """Whether the person's role reads the whole programme; others see here only what is theirs to change."""
    return rules.test_rule("reads_programme", user)


class StaffPermissions:
    """Permissions of an admin class, by rules. Anything a person may change they may also see.

    SECURITY: what everybody may see on the site is not thereby open here, where drafts and notes are shown
    beside it: a person who does not read the programme sees a row only when they may change it.
    """

    model: type[models.Model]

    def has_view_permission(self, request, obj=None) -> bool:
        sees = reads_programme(request.user) and may(request.user, "view", self.model, obj)
        return sees or self.has_change_permission(request, obj)

    def has_add_permission(self, request, obj=None) -> bool:
        return may(request.user, "add", self.model)

    def has_change_permission(self, request, obj=None) -> bool:
        return may(request.user, "change", self.model, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return may(request.user, "delete", self.model, obj)


class StaffModelAdmin(StaffPermissions, HistoryPage, KeysetList, ModelAdmin):
    """Base of every admin class of the portal."""

    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = True

    def response_action(self, request, queryset):
        """An action on what cannot be a row is an action on none: the theme says so."""
        try:
            return super().response_action(request, queryset)
        except ValidationError:
            messages.warning(request, gettext(NOTHING_CHOSEN))
            return HttpResponseRedirect(request.get_full_path())

    def has_module_permission(self, request) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request):
        """The rows this person sees here: of every list, search, suggestion, page and history."""
        found = super().get_queryset(request)
        if hasattr(found, "for_staff"):
            return found.for_staff(request.user)
        return found if reads_programme(request.user) else found.none()

    @property
    def urls(self):
        """Every page, whoever added it, has the same door: who sees nothing here opens nothing here.

        And a page of a row answers 404 to what cannot be a row's key, before anything is read.
        """
        found = self.get_urls()
        for url in found:
            url.callback = self._behind_the_door(url.callback)
        return found

    def _behind_the_door(self, view):
        @functools.wraps(view)
        def page(request, *args, **kwargs):
            if getattr(view, "keeps_text", False) and not request.user.is_authenticated:
                return view(request, *args, **kwargs)  # it keeps what was typed and asks to sign in
            if not (self.has_view_permission(request) or self.has_add_permission(request)):
                raise PermissionDenied
            if "object_id" in kwargs:
                try:
                    self.model._meta.pk.to_python(unquote(kwargs["object_id"]))
                except ValidationError as error:
                    raise Http404 from error
            return view(request, *args, **kwargs)

        return page


class WritesTexts:
    """Mixin of an admin class: those who may not ``change_facts`` change its ``texts`` alone.

    A translated field is named once: ``description`` stands for its column in each language.
    """

    texts: tuple[str, ...] = ()

    def get_readonly_fields(self, request, obj=None):
        always = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        if obj is None or may(request.user, "change_facts", type(obj), obj):
            return always
        texts = {f"{name}_{code}" for name in self.texts for code in settings.MODELTRANSLATION_LANGUAGES}
        shown = flatten_fieldsets(self.get_fieldsets(request, obj))  # type: ignore[attr-defined]
        facts = [name for name in shown if name not in texts | set(self.texts) | set(always)]
        return [*always, *facts]


class InlinePermissions(StaffPermissions):
    """An inline is asked about its parent row; its own rows' rules are about the model as a whole."""

    def has_view_permission(self, request, obj=None) -> bool:
        return super().has_view_permission(request)

    def has_change_permission(self, request, obj=None) -> bool:
        return super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None) -> bool:
        return super().has_delete_permission(request)


class StaffTabularInline(InlinePermissions, TabularInline):
    extra = 0


class StaffStackedInline(InlinePermissions, StackedInline):
    extra = 0


class ReadOnlyAdmin(StaffModelAdmin):
    """Rows to read: nobody adds, changes or deletes them here, whatever their role."""

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "verb", "about_label", "actor"]
    list_filter = [("at", admin.DateFieldListFilter), "about_type"]
    list_select_related = ["actor"]
    search_fields = ["about_label", "about_id", "actor__email", "actor__name", "request_id", "verb"]
    fields = ["at", "actor", "verb", "about", "readable_facts", "request_id", "seq", "prev_hash", "hash"]
    readonly_fields = fields

    @admin.display(description=_("about"))
    def about(self, entry: JournalEntry) -> str:
        return f"{entry.about_label} ({entry.about_type} {entry.about_id})"

    @admin.display(description=_("facts"))
    def readable_facts(self, entry: JournalEntry) -> str:
        return format_html("<pre>{}</pre>", json.dumps(entry.facts, indent=2, ensure_ascii=False))


@admin.register(JournalHead)
class JournalHeadAdmin(ReadOnlyAdmin):
    list_display = ["number", "day", "entries", "hash"]
    fields = ["number", "day", "entries", "from_xid", "upto_xid", "prev_hash", "hash", "created_at"]
    readonly_fields = fields


from wecd.common import admin_mails, admin_outbox  # noqa: E402, F401  (they register themselves, on this base)
