"""Partners and the people who work for them."""

from django.contrib import admin

from partners.domain.partner_import import PartnerImporter
from partners.models import Partner, PartnerMember
from wecd.common.admin import StaffModelAdmin, StaffTabularInline, WritesTexts
from wecd.common.admin_import import ImportsFile
from wecd.common.admin_languages import NeedsMainLanguage, language_tabs


class MemberInline(StaffTabularInline):
    model = PartnerMember
    fields = ["user"]
    autocomplete_fields = ["user"]
    tab = True


@admin.register(Partner)
class PartnerAdmin(WritesTexts, ImportsFile, NeedsMainLanguage, StaffModelAdmin):
    """Floors above add what they know of a partner: its dated roles (``actions.admin``)."""

    importer = PartnerImporter
    list_display = ["name", "code", "kind", "city"]
    also_sortable = ("code", "kind", "city")
    search_fields = ["name", "code", "city"]
    inlines = [MemberInline]
    texts = ("kind", "description", "website")
    fieldsets = [
        (None, {"fields": [("name", "code"), ("city", "website")]}),
        *language_tabs("kind", "description"),
    ]
