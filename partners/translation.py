"""Content fields people may write in four languages (French first), and the history of these rows."""

from modeltranslation.translator import TranslationOptions

from partners.models import Partner
from wecd.common.history import translate_and_track


@translate_and_track(Partner)
class PartnerTranslation(TranslationOptions):
    fields = ("kind", "description")
