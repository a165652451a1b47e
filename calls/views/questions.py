"""A visitor asks a question about a call. It reaches the staff, and the public once it is answered."""

from django import forms
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from calls.domain import public_answers
from calls.models import Call
from wecd.common.spam import HumanForm, too_many
from wecd.common.workflow import Refused

MOST, SECONDS = 5, 3600  # questions from one network address


class QuestionForm(HumanForm):
    text = forms.CharField(
        label=gettext_lazy("Your question"),
        help_text=gettext_lazy("Name no person and no project: the question may be published."),
        max_length=public_answers.LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Never published."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        help_text=gettext_lazy("Only to tell you when the answer is there. Never published."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    consent = forms.BooleanField(
        label=gettext_lazy(
            "I agree that my question is read by the programme’s staff and may be published, reworded, "
            "with its answer."
        ),
        error_messages={"required": gettext_lazy("Tick this box, or write to the call’s contact instead.")},
    )
    field_order = ["text", "name", "email", "consent"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, slug):
    """The form, and on POST the way into the queue. A page of its own, so that the call's sets no cookie."""
    call = Call.objects.visible_to(request.user).select_related("action__axis").filter(slug=slug).first()
    if call is None:
        raise Http404(_("There is no call at this address."))
    context = {
        "call": call,
        "axis": call.action.axis,
        "url": reverse("call", args=[call.slug]),
        "sent": "sent" in request.GET,
        "takes_questions": public_answers.takes_questions(call),
    }
    form = QuestionForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if too_many(request, "question", most=MOST, seconds=SECONDS):
                form.add_error(None, _("Many questions came from your network. Try again in an hour."))
                status = 429
            else:
                try:
                    _keep(call, form.cleaned_data)
                except Refused as error:
                    form.add_error(None, str(error))
                    status = 409
                else:
                    return redirect(f"{reverse('ask', args=[call.slug])}?sent=1")
    return render(request, "calls/ask.html", context | {"form": form}, status=status)


def _keep(call, data) -> None:
    public_answers.ask(
        call,
        by=User.objects.system(),
        text=data["text"],
        name=data["name"],
        email=data["email"],
        language=(get_language() or "fr")[:2],
    )
