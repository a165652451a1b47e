"""People in the back office: who they are, and their staff roles."""

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from accounts.admin.forms import nothing_saved
from accounts.domain import users
from accounts.enums import Role
from accounts.models import Membership, User
from wecd.common.admin import StaffModelAdmin, StaffTabularInline


class PersonForm(forms.ModelForm):
    roles = forms.MultipleChoiceField(
        label=_("Staff roles"),
        choices=Role,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Any role opens the back office."),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = User
        fields = ("name", "email", "phone", "language", "is_active")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["roles"] = sorted(self.instance.role_names & set(Role.values))

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another person has this address."))
        return email


class PlaceInline(StaffTabularInline):
    model = Membership
    verbose_name_plural = _("enterprises")
    tab = True
    fields = ("enterprise", "role", "state")
    readonly_fields = fields
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("enterprise")


@admin.register(User)
class PersonAdmin(StaffModelAdmin):
    form = PersonForm
    list_display = ("name", "email", "role_list", "language", "is_active", "last_login")
    list_filter = ("is_active", "is_staff", "groups", "language")
    search_fields = ("name", "email")
    ordering = ("name", "email")
    fieldsets = (
        (None, {"fields": (("name", "email"), ("phone", "language"), "is_active", "roles")}),
        (_("Account"), {"fields": (("date_joined", "last_login"),), "classes": ["tab"]}),
    )
    readonly_fields = ("date_joined", "last_login")
    inlines = (PlaceInline,)

    def get_queryset(self, request):
        found = super().get_queryset(request).filter(is_system=False)
        return found.prefetch_related(Prefetch("groups", Group.objects.only("name")))

    @admin.display(description=_("roles"))
    def role_list(self, person: User) -> str:
        words = dict(Role.choices)
        return ", ".join(str(words.get(group.name, group.name)) for group in person.groups.all())

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()

    def save_model(self, request, obj, form, change):
        """Call the domain. A new person is created by it, and takes the place of the form's row."""
        data = {key: form.cleaned_data[key] for key in (*PersonForm.Meta.fields, "roles")}
        if change:
            users.update_person(User.objects.get(pk=obj.pk), by=request.user, **data)
            return
        keep = {key: data[key] for key in ("email", "name", "language", "roles")}
        obj.pk = users.create_staff(by=request.user, **keep).pk
        obj.refresh_from_db()

    def save_related(self, request, form, formsets, change):
        """The domain saved the roles; places are changed on the enterprise's pages."""
        for formset in formsets:
            nothing_saved(formset)
