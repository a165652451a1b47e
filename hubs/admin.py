"""Creative Hubs in the back office."""

from django.contrib import admin

from hubs.models import Hub, HubManager, HubOperator
from wecd.common.admin import StaffModelAdmin, StaffTabularInline, WritesTexts
from wecd.common.admin_languages import NeedsMainLanguage, language_tabs


class OperatorInline(StaffTabularInline):
    model = HubOperator
    fields = ["name", "from_date", "until_date"]
    tab = True


class ManagerInline(StaffTabularInline):
    """Who keeps this page; they also need the role, which a programme manager gives."""

    model = HubManager
    fields = ["user"]
    autocomplete_fields = ["user"]
    tab = True


@admin.register(Hub)
class HubAdmin(WritesTexts, NeedsMainLanguage, StaffModelAdmin):
    list_display = ["name", "city", "status", "status_on", "programme"]
    also_sortable = ("city", "status", "status_on")
    list_filter = ["status", "programme"]
    list_select_related = ["programme"]
    search_fields = ["name", "former_names", "city"]
    inlines = [OperatorInline, ManagerInline]
    texts = ("description", "website")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("name", "slug"),
                    ("programme", "former_names"),
                    ("city", "postal_code"),
                    ("latitude", "longitude", "position"),
                    "website",
                    ("status", "status_on"),
                    "source_note",
                ]
            },
        ),
        *language_tabs("description"),
    ]
