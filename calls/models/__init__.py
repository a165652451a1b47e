from calls.models.application import Answer, Application, Attachment, Submission
from calls.models.batch import Batch, BatchItem
from calls.models.call import Call, CallRule, Criterion, Extension, ReferenceCounter, Strand
from calls.models.conversation import Message, Note
from calls.models.follow_up import InformationRequest, PendingAnswer
from calls.models.form import DocumentRequest, Form, Question, Section
from calls.models.public_answer import Asker, PublicAnswer

__all__ = [
    "Answer",
    "Application",
    "Asker",
    "Attachment",
    "Batch",
    "BatchItem",
    "Call",
    "CallRule",
    "Criterion",
    "DocumentRequest",
    "Extension",
    "Form",
    "InformationRequest",
    "Message",
    "Note",
    "PendingAnswer",
    "PublicAnswer",
    "Question",
    "ReferenceCounter",
    "Section",
    "Strand",
    "Submission",
]
