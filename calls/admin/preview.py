"""A form as applicants see it, through their own templates. Nothing typed here goes anywhere."""

from types import SimpleNamespace

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from calls.domain import attachments
from calls.fields import field_views
from calls.models import Form
from wecd.common.context import LANGUAGE_NAMES


class EmptyDossier:
    """An application nobody has begun: what the applicant's templates read of one, all of it empty."""

    answers: dict = {}  # noqa: RUF012
    files: dict = {}  # noqa: RUF012
    cost = 0

    def __init__(self, form: Form):
        self.shown = [question for section in form.sections.all() for question in section.questions.all()]

    def value(self, question):
        return None

    def errors(self, question) -> list:
        return []

    def grant_for(self, cost):
        return cost


def form_preview(request, form: Form):
    """Every section on one page, in the language asked for (``?lang=``); ``?embed=1`` drops the frame."""
    language = request.GET.get("lang", "")
    language = language if language in dict(settings.LANGUAGES) else translation.get_language()
    dossier = EmptyDossier(form)
    sections = [
        (
            section,
            field_views(dossier, SimpleNamespace(questions=list(section.questions.all()))),
        )
        for section in form.sections.all()
    ]
    context = {
        "call": form.call,
        "form_version": form,
        "sections": sections,
        "documents": form.documents.all(),
        "may_edit": True,
        "accept": attachments.ACCEPT,
        "embedded": request.GET.get("embed") == "1",
        "preview_languages": [(code, LANGUAGE_NAMES[code]) for code, _name in settings.LANGUAGES],
        "preview_language": language,
    }
    with translation.override(language):
        context["public_url"] = reverse("call", args=[form.call.slug])
        return TemplateResponse(request, "admin/calls/form/preview.html", context).render()


def call_preview(request, call):
    """The form of a call; its banner leads to the public page, which staff see before it is public."""
    form = (
        Form.objects.filter(call=call)
        .select_related("call__action__axis")
        .prefetch_related("sections__questions", "documents")
        .order_by("-number")
        .first()
    )
    if form is None:
        messages.info(request, _("This call has no form yet."))
        return HttpResponseRedirect(reverse("admin:calls_call_change", args=[call.pk]))
    return form_preview(request, form)
