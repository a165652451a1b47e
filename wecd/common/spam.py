"""Keep machines from filling in a public form, with no third party and no script.

Three things together: a field people do not see, a signed instant that says the form was open for a few
seconds, and a count of what one address sent.
"""

import hashlib
import time

from allauth.account.adapter import get_adapter
from django import forms
from django.core import signing
from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SALT = "wecd.common.spam"
SOONEST, LATEST = 3, 24 * 3600  # seconds between the form's page and its answer


def opened_now() -> str:
    """The instant at which a form is shown, signed."""
    return signing.dumps(int(time.time()), salt=SALT)


class HumanForm(forms.Form):
    """Base of a public form. What machines send is refused with a sentence a person could act on."""

    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["opened"] = opened_now()

    def clean(self):
        data = super().clean() or {}
        if data.get("website"):
            raise forms.ValidationError(_("A field that should stay empty was filled in. Empty it."))
        try:
            waited = time.time() - signing.loads(data.get("opened") or "", salt=SALT)
        except (signing.BadSignature, TypeError):
            waited = -1
        if waited < SOONEST or waited > LATEST:
            self.data = {**self.data.dict(), self.add_prefix("opened"): opened_now()}  # type: ignore[attr-defined]
            raise forms.ValidationError(_("Wait a few seconds and send it again: machines are faster."))
        return data


def too_many(request, what: str, *, most: int, seconds: int) -> bool:
    """Count one more ``what`` from this network address; whether it is more than ``most`` in ``seconds``.

    The address itself is not kept: only a digest, and only in the cache.
    """
    address = get_adapter().get_client_ip(request)
    key = "sent:" + hashlib.sha256(f"{what}|{address}".encode()).hexdigest()
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out in between
        return False
