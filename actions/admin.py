"""The programme, its axes, its actions and its indicators in the back office."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from actions.forms import IndicatorForm
from actions.models import Action, Axis, Indicator, PartnerPeriod, Programme
from partners.admin.partners import PartnerAdmin
from wecd.common.admin import StaffModelAdmin, StaffTabularInline, WritesTexts
from wecd.common.admin_languages import NeedsMainLanguage, language_tabs


class RoleInline(StaffTabularInline):
    """The consortium: who had which role, from and until."""

    model = PartnerPeriod
    fields = ["partner", "role", "from_date", "until_date"]
    autocomplete_fields = ["partner"]
    tab = True
    verbose_name_plural = _("Partners and their roles")


@admin.register(Programme)
class ProgrammeAdmin(WritesTexts, NeedsMainLanguage, StaffModelAdmin):
    texts = ("name", "description")
    list_display = ["name", "code", "starts_on", "ended_on", "budget"]
    search_fields = ["name", "code"]
    inlines = [RoleInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("code", "label"),
                    ("parent_programme", "nuts_code"),
                    "starts_on",
                    ("planned_end_on", "ended_on"),
                    ("budget", "co_financing_rate"),
                    "funding_sources",
                    "source_note",
                ]
            },
        ),
        *language_tabs("name", "description"),
    ]


@admin.register(Axis)
class AxisAdmin(WritesTexts, NeedsMainLanguage, StaffModelAdmin):
    texts = ("name", "short_name", "description")
    list_display = ["name", "short_name", "mark", "programme", "position"]
    list_filter = ["programme", "mark"]
    list_select_related = ["programme"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": [("programme", "slug"), ("mark", "position")]}),
        *language_tabs("name", "short_name", "description"),
    ]


@admin.register(Action)
class ActionAdmin(WritesTexts, NeedsMainLanguage, StaffModelAdmin):
    texts = ("name", "summary", "description")
    list_display = ["name", "axis", "lead", "position"]
    never_null = ("axis__position",)
    also_sortable = ("name", "axis", "lead", "position")
    list_filter = ["axis__programme", "axis", "lead"]
    list_select_related = ["axis", "lead"]
    search_fields = ["name", "slug", "summary"]
    autocomplete_fields = ["axis", "lead", "partners"]
    fieldsets = [
        (None, {"fields": [("axis", "slug"), ("lead", "position"), "partners"]}),
        *language_tabs("name", "summary", "description"),
    ]


@admin.register(Indicator)
class IndicatorAdmin(WritesTexts, NeedsMainLanguage, StaffModelAdmin):
    form = IndicatorForm
    texts = ("name", "unit", "definition", "source_note")
    list_display = ["code", "name", "kind", "programme", "action", "target", "position"]
    also_sortable = ("code", "name", "kind", "position")
    list_filter = ["programme", "kind", "action"]
    list_select_related = ["programme", "action"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["outputs"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("programme", "code"),
                    ("kind", "measured"),
                    ("action", "position"),
                    "outputs",
                    ("baseline", "baseline_year"),
                    ("milestone", "milestone_on"),
                    ("target", "target_on"),
                ]
            },
        ),
        *language_tabs("name", "unit", "definition", "source_note"),
    ]


class RolesOfPartnerInline(StaffTabularInline):
    model = PartnerPeriod
    fields = ["programme", "role", "from_date", "until_date"]
    tab = True


# The dated roles live on this floor, the partner on the one below: its page is completed from here.
PartnerAdmin.inlines = [RolesOfPartnerInline, *PartnerAdmin.inlines]
