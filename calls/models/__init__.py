from calls.models.application import Answer, Application, Attachment, Submission
from calls.models.call import Call, CallRule, Criterion, Extension, PublicAnswer, ReferenceCounter, Strand
from calls.models.conversation import Message, Note
from calls.models.follow_up import InformationRequest
from calls.models.form import DocumentRequest, Form, Question, Section

__all__ = [
    "Answer",
    "Application",
    "Attachment",
    "Call",
    "CallRule",
    "Criterion",
    "DocumentRequest",
    "Extension",
    "Form",
    "InformationRequest",
    "Message",
    "Note",
    "PublicAnswer",
    "Question",
    "ReferenceCounter",
    "Section",
    "Strand",
    "Submission",
]
