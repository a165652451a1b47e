"""Content fields people may write in four languages (French first), and the history of these rows."""

from modeltranslation.translator import TranslationOptions

from hubs.models import Hub
from wecd.common.history import translate_and_track


@translate_and_track(Hub)
class HubTranslation(TranslationOptions):
    fields = ("description",)
