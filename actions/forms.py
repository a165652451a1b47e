"""Forms of the programme's rows, for the back office."""

from django import forms
from django.utils.translation import gettext as _

from actions.models import Indicator


class IndicatorForm(forms.ModelForm):
    """Says beside the field what no single row can know: how it stands to its action and to other indicators.

    A person who may only write texts is not asked about the rest: those fields are not in their form.
    """

    def clean(self):
        found = super().clean() or self.cleaned_data
        programme, action, kind = (self._now(name) for name in ("programme", "action", "kind"))
        if programme is None or not kind:  # said already
            return found
        if action and action.axis.programme_id != programme.pk:
            self._say("action", _("This action belongs to another programme."))
        if "outputs" in self.fields:
            self._check_outputs(found.get("outputs") or (), programme, kind)
        if not self.instance._state.adding:
            if kind != Indicator.Kind.OUTPUT and self.instance.results.exists():
                self._say("kind", _("Results follow from this output: take it out of them first."))
            if self.instance.results.exclude(programme=programme).exists():
                self._say("programme", _("Results of another programme follow from this output."))
        return found

    def _check_outputs(self, outputs, programme, kind):
        if outputs and kind != Indicator.Kind.RESULT:
            self._say("outputs", _("Only a result follows from outputs."))
            return
        wrong = [
            output.code
            for output in outputs
            if output.kind != Indicator.Kind.OUTPUT or output.programme_id != programme.pk
        ]
        if wrong:
            self._say(
                "outputs", _("Not an output of this programme: %(codes)s.") % {"codes": ", ".join(wrong)}
            )

    def _now(self, name: str):
        """A fact as it would be saved: from the form, or of the row where the form does not ask."""
        if name in self.fields:
            return self.cleaned_data.get(name)
        return getattr(self.instance, name, None)

    def _say(self, field: str, words: str):
        if field in self.fields:
            self.add_error(field, words)
