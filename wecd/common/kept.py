"""Text that arrived from somebody who was signed out meanwhile: kept in their browser's own session.

The anonymous session is bound to the browser by its cookie and survives signing in (Django keeps its
content and changes its key). What is kept is shown only on the same page of the same application (or key,
webhook, partner), and only to a person who may see that one. It is dropped when saved, or after ``KEPT_FOR``.
"""

from datetime import timedelta

from django.contrib.auth.views import redirect_to_login
from django.http import QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

KEPT_FOR = timedelta(hours=12)
MOST_CHARACTERS = 400_000
SESSION_KEY = "typed_while_signed_out"


def keeps(section: str, *names: str, by: str):
    """Mark a page: what somebody signed out sends is kept under ``section``, if one of ``names`` has a text.

    ``by`` is the part of the page's address that says what it is about. See ``sign_in_first``.
    """

    def mark(view):
        view.keeps = (section, names, by)
        return view

    return mark


def sign_in_first(request, view):
    """Answer somebody signed out; what they typed is kept if ``view`` says so (``keeps``)."""
    section, names, by = getattr(view, "keeps", ("", (), ""))
    typed = [text for name in names for text in request.POST.getlist(name) if text.strip()]
    if not typed:
        return redirect_to_login(request.get_full_path())
    return keep_and_ask_to_sign_in(request, request.resolver_match.kwargs[by], section, typed=typed)


def keep_and_ask_to_sign_in(request, pk, section, *, typed: list[str] | None = None):
    """Answer somebody signed out: a GET goes to sign in and back; a POST's text is kept and shown first.

    ``typed`` is what is shown of it; the answers to questions when not given.
    """
    here = request.path
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    data = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "go"):
        data.pop(name, None)
    text = data.urlencode()
    kept = len(text) <= MOST_CHARACTERS
    if kept:
        everything = _all(request)
        everything[f"{pk}/{section}"] = {"at": timezone.now().isoformat(), "data": text}
        request.session[SESSION_KEY] = dict(list(everything.items())[-5:])
    context = {
        "kept": kept,
        "typed": _answers(data) if typed is None else typed,
        "files": [file.name for files in request.FILES.lists() for file in files[1]],
        "login_url": f"{reverse('account_login')}?next={here}",
    }
    return render(request, "applications/signed_out.html", context, status=401)


def _answers(data: QueryDict) -> list[str]:
    return [v for n, values in data.lists() if n.startswith("q-") for v in values if v.strip()]


def _all(request) -> dict:
    """What this browser has kept and is still fresh."""
    oldest = (timezone.now() - KEPT_FOR).isoformat()
    return {k: v for k, v in request.session.get(SESSION_KEY, {}).items() if v["at"] > oldest}


def waiting(request, pk, section) -> QueryDict | None:
    """The text kept for this page, as the page sent it."""
    found = _all(request).get(f"{pk}/{section}")
    return QueryDict(found["data"]) if found else None


def restore(request, form, pk, section) -> QueryDict | None:
    """Put what was typed back into a form that was not sent now; returns it, if there is any."""
    found = None if form.is_bound else waiting(request, pk, section)
    if found is not None:
        for name, field in form.fields.items():
            form.initial[name] = field.widget.value_from_datadict(found, {}, form.add_prefix(name))
    return found


def drop(request, pk, section) -> None:
    """Forget the text of a page: it was saved."""
    if SESSION_KEY in request.session:
        left = _all(request)
        left.pop(f"{pk}/{section}", None)
        request.session[SESSION_KEY] = left
