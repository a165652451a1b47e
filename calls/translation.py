"""Content fields people may write in four languages (French first), and the history of these rows."""

from modeltranslation.translator import TranslationOptions

from calls.models import (
    Call,
    CallRule,
    Criterion,
    DocumentRequest,
    Extension,
    PublicAnswer,
    Question,
    Section,
    Strand,
)
from wecd.common.history import translate_and_track


@translate_and_track(Call)
class CallTranslation(TranslationOptions):
    fields = ("title", "summary", "description", "who", "funded", "not_funded", "cancel_reason")


@translate_and_track(Strand)
class StrandTranslation(TranslationOptions):
    fields = ("title", "help")


@translate_and_track(CallRule)
class CallRuleTranslation(TranslationOptions):
    fields = ("question", "help")


@translate_and_track(Criterion)
class CriterionTranslation(TranslationOptions):
    fields = ("label", "help")


@translate_and_track(Extension)
class ExtensionTranslation(TranslationOptions):
    fields = ("reason",)


@translate_and_track(PublicAnswer)
class PublicAnswerTranslation(TranslationOptions):
    fields = ("question", "answer")


@translate_and_track(Section)
class SectionTranslation(TranslationOptions):
    fields = ("title", "help")


@translate_and_track(Question)
class QuestionTranslation(TranslationOptions):
    fields = ("label", "help", "options")


@translate_and_track(DocumentRequest)
class DocumentRequestTranslation(TranslationOptions):
    fields = ("label", "help")
