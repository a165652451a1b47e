"""Pages by which people reach the programme, and what it owes them: accessibility and privacy."""

from datetime import date, timedelta

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from actions.models import Programme
from wecd.common import seo
from wecd.common.spam import too_many
from wecd.contact import domain
from wecd.contact.forms import BarrierForm, ContactForm
from wecd.contact.models import Enquiry

MOST, SECONDS = 5, 3600  # messages from one network address
STATEMENT_ON = date(2026, 11, 22)  # when the accessibility statement was last gone through
PATIENCE = timedelta(days=30)  # in which an answer to a reported barrier is due


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request):
    """Write to the programme, without an account."""
    form = ContactForm(request.POST or None)
    about = request.GET.get("about", "")
    if about in Enquiry.Kind.values:
        form.initial["kind"] = about
    page = seo.page(
        request,
        title=_("Contact"),
        description=_("Write to the programme’s team: a question, a page that does not work, your data."),
    )
    return _received(request, form, "contact", "contact/contact.html", {"seo": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_barrier(request):
    """Report a barrier; a page of its own, so that the statement itself sets no cookie."""
    form = BarrierForm(request.POST or None, initial={"page": request.GET.get("page", "")[:300]})
    return _received(request, form, "barrier", "contact/barrier.html", {}, kind=Enquiry.Kind.BARRIER)


@require_safe
def accessibility(request):
    """The statement that Directive (EU) 2016/2102 asks of every public site."""
    context = {
        "statement_on": STATEMENT_ON,
        "patience": PATIENCE.days,
        "ombudsman_url": settings.ACCESSIBILITY_ENFORCEMENT_URL,
        "seo": seo.page(
            request,
            title=_("Accessibility statement"),
            description=_("How accessible this portal is, what is not yet, and how to report a barrier."),
        ),
    }
    return render(request, "contact/accessibility.html", context)


@require_safe
def privacy(request):
    """What is known about people, why, for how long, and what they can ask."""
    context = {
        "programme": Programme.objects.order_by("starts_on", "pk").last(),
        "controller": settings.DATA_CONTROLLER,
        "keep_enquiries_days": settings.ENQUIRY_KEEP_DAYS,
        "seo": seo.page(
            request,
            title=_("Privacy"),
            description=_("What the portal knows about you, why, for how long, and what you can ask."),
        ),
    }
    return render(request, "contact/privacy.html", context)


def _received(request, form, name, template, context, **fixed):
    """Show the form; on POST keep the message and say so on a page that can be reloaded safely."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if too_many(request, "enquiry", most=MOST, seconds=SECONDS):
                form.add_error(None, _("Many messages came from your network. Try again in an hour."))
                status = 429
            else:
                said = {key: form.cleaned_data.get(key, "") for key in ("text", "page", "name", "email")}
                domain.receive(
                    by=User.objects.system(),
                    kind=fixed.get("kind") or form.cleaned_data["kind"],
                    language=(get_language() or "fr")[:2],
                    **said,
                )
                return redirect(f"{request.path}?sent=1")
    context |= {"form": form, "sent": "sent" in request.GET}
    return render(request, template, context, status=status)
