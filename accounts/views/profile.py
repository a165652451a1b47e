"""A person's own page, the demo's one-click sign-in, and the suggestions of municipalities."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import translate_url
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import demo
from accounts.adapters import home_of
from accounts.domain import users
from accounts.forms import ProfileForm
from accounts.views.next import safe_next
from wecd.common import places


@login_required
def profile(request):
    """Name, language and telephone; the rest of the account is one link away."""
    form = ProfileForm(request.POST or None, instance=get_user_model().objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        users.update_profile(request.user, by=request.user, **form.cleaned_data)
        with translation.override(request.user.language):
            messages.success(request, _("Your changes are saved."))
        response = redirect(translate_url(request.path, request.user.language))
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, request.user.language, samesite="Lax", secure=request.is_secure()
        )
        return response
    status = 422 if form.is_bound else 200
    return render(request, "accounts/profile.html", {"form": form}, status=status)


@require_GET
def place_suggestions(request):
    """Municipalities for what was typed of a postal code or a name, as JSON. Public: it is open data."""
    rows = [
        {
            "postal_code": place.postal_code,
            "municipality": place.name,
            "province": place.province_name,
            "refnis": place.refnis,
        }
        for place in places.search(request.GET.get("q", "")[:60])
    ]
    response = JsonResponse({"results": rows})
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_POST
def demo_sign_in(request):
    """Sign in as a demo person with one press. SECURITY: does not exist outside the demo."""
    if settings.WECD_ENV != "demo":
        raise Http404
    person = get_object_or_404(
        get_user_model(), email=request.POST.get("email", ""), email__in=demo.addresses(), is_active=True
    )
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(safe_next(request) or home_of(person))
