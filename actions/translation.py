"""Content fields people may write in four languages (French first), and the history of these rows."""

from modeltranslation.translator import TranslationOptions

from actions.models import Action, Axis, Indicator, Programme
from wecd.common.history import translate_and_track


@translate_and_track(Programme)
class ProgrammeTranslation(TranslationOptions):
    fields = ("name", "description")


@translate_and_track(Axis)
class AxisTranslation(TranslationOptions):
    fields = ("name", "short_name", "description")


@translate_and_track(Action)
class ActionTranslation(TranslationOptions):
    fields = ("name", "summary", "description")


@translate_and_track(Indicator)
class IndicatorTranslation(TranslationOptions):
    fields = ("name", "unit", "definition", "source_note")
