"""The button "Show" beside a masked field: a page that shows one field once, and an entry in the journal."""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wecd.common import personal


class Reveals:
    """Mixin of admin classes whose rows have masked fields (``PERSONAL`` of the model).

    Pages of other rows may post to ``admin:<app>_<model>_reveal`` too, with ``next`` to come back.
    """

    change_form_outer_after_template = "admin/reveal_forms.html"

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_reveal"
        view = self.admin_site.admin_view(self.reveal_view)
        return [path("<path:object_id>/reveal/<slug:field>/", view, name=name), *super().get_urls()]

    def reveal_view(self, request, object_id, field):
        """POST alone: looking is an act, and goes into the journal. The answer is never cached."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not personal.may_reveal(row, field, request.user):
            raise PermissionDenied(_("Your role does not need people's personal data."))
        value = personal.reveal(row, field, by=request.user)
        back = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
            back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        label = str(self.opts.get_field(field).verbose_name)
        context = self.admin_site.each_context(request) | {
            "title": _("%(field)s of %(row)s") % {"field": label[:1].upper() + label[1:], "row": row},
            "value": value,
            "opts": self.opts,
            "row": row,
            "back": back,
        }
        return TemplateResponse(request, "admin/revealed.html", context)

    def get_object(self, request, object_id, from_field=None):
        """The row remembers who reads it: columns and fields shown are given the row alone."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.reader = request.user
        return row

    def masked_with_button(self, row, field: str) -> SafeString | str:
        """The masked value, with the button "Show" for those who may ask for it."""
        mask = personal.masked(getattr(row, field), row.PERSONAL[field])
        if not mask:
            return "–"
        if not personal.may_reveal(row, field, getattr(row, "reader", None)):
            return mask
        return format_html(
            '{} <button type="submit" form="reveal-{}" class="act act-quiet act-small">{}</button>',
            mask, field, _("Show"),
        )  # fmt: skip

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One form a masked field, outside the page's own: its button names it by ``form=``."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_reveal"
        reveals = {field: reverse(name, args=[object_id, field]) for field in self.model.PERSONAL}
        return super().change_view(
            request, object_id, form_url, (extra_context or {}) | {"reveals": reveals.items()}
        )
