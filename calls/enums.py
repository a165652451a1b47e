"""States, moves and words of calls and applications."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallState(models.TextChoices):
    """Stored states. "To come", "open" and "deadline passed" are computed from the clock (Phase)."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Decided")
    ARCHIVED = "archived", _("Archived")
    CANCELLED = "cancelled", _("Cancelled")


CALL_MOVES = {  # verb: (from, to)
    "publish": ({CallState.DRAFT}, CallState.PUBLISHED),
    "extend": ({CallState.PUBLISHED}, CallState.PUBLISHED),
    "close": ({CallState.PUBLISHED}, CallState.CLOSED),
    "archive": ({CallState.CLOSED, CallState.CANCELLED}, CallState.ARCHIVED),
    "cancel": ({CallState.DRAFT, CallState.PUBLISHED}, CallState.CANCELLED),
}


class PublicAnswerState(models.TextChoices):
    NEW = "new", _("To answer")
    ANSWERED = "answered", _("Answered, not published")
    PUBLISHED = "published", _("Published")
    REFUSED = "refused", _("Refused")


_P = PublicAnswerState
PUBLIC_ANSWER_MOVES = {  # verb: (from, to)
    "answer": ({_P.NEW, _P.ANSWERED, _P.REFUSED}, _P.ANSWERED),
    "publish": ({_P.ANSWERED}, _P.PUBLISHED),
    "correct": ({_P.PUBLISHED}, _P.PUBLISHED),
    "unpublish": ({_P.PUBLISHED}, _P.ANSWERED),
    "refuse": ({_P.NEW, _P.ANSWERED}, _P.REFUSED),
}


class Phase(models.TextChoices):
    """Where a call stands now, as the public sees it."""

    DRAFT = "draft", _("Draft")
    TO_COME = "to_come", _("To come")
    OPEN = "open", _("Open")
    CLOSING = "closing", _("Closing soon")
    CLOSED = "closed", _("Closed, being assessed")
    RESULTS = "results", _("Results published")
    CANCELLED = "cancelled", _("Cancelled")


class CallKind(models.TextChoices):
    CREATIVE_VOUCHER = "creative_voucher", _("Creative voucher")
    BOOST_UP = "boost_up", _("Boost-up project")


class Allocation(models.TextChoices):
    FIRST_COME = "first_come", _("First come, first served")
    BY_SCORE = "by_score", _("By score")


class Uniqueness(models.TextChoices):
    CALL = "call", _("One application per enterprise")
    STRAND = "strand", _("One application per enterprise and strand")


class QuestionKind(models.TextChoices):
    SHORT_TEXT = "short_text", _("Short text")
    LONG_TEXT = "long_text", _("Long text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Amount in euros")
    DATE = "date", _("Date")
    SINGLE_CHOICE = "single_choice", _("One choice")
    MULTIPLE_CHOICE = "multiple_choice", _("Several choices")
    YES_NO = "yes_no", _("Yes or no")
    DECLARATION = "declaration", _("Declaration to accept")
    EMAIL = "email", _("E-mail address")
    URL = "url", _("Web address")
    FILE = "file", _("Files")
    BUDGET = "budget", _("Budget table")


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    INFORMATION_REQUESTED = "information_requested", _("Information requested")
    ADMISSIBLE = "admissible", _("Admissible")
    INADMISSIBLE = "inadmissible", _("Not admissible")
    SELECTED = "selected", _("Proposed for an award")
    RESERVE = "reserve", _("On the reserve list")
    REJECTED = "rejected", _("Rejected")
    AWARDED = "awarded", _("Awarded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


_S = ApplicationState
BEFORE_AWARD = {_S.SUBMITTED, _S.INFORMATION_REQUESTED, _S.ADMISSIBLE, _S.SELECTED, _S.RESERVE}
APPLICATION_MOVES = {  # verb: (from, to)
    "submit": ({_S.DRAFT}, _S.SUBMITTED),
    "request_information": ({_S.SUBMITTED}, _S.INFORMATION_REQUESTED),
    "complete": ({_S.INFORMATION_REQUESTED}, _S.SUBMITTED),  # the applicant sends what was asked
    "resume": ({_S.INFORMATION_REQUESTED}, _S.SUBMITTED),  # taken back, or its deadline passed
    "admit": ({_S.SUBMITTED}, _S.ADMISSIBLE),
    "refuse": ({_S.SUBMITTED}, _S.INADMISSIBLE),
    "propose": ({_S.ADMISSIBLE}, _S.SELECTED),
    "keep_in_reserve": ({_S.ADMISSIBLE}, _S.RESERVE),
    "promote": ({_S.RESERVE}, _S.SELECTED),
    "send_back": ({_S.SELECTED}, _S.ADMISSIBLE),
    "reject": ({_S.ADMISSIBLE, _S.RESERVE}, _S.REJECTED),
    "award": ({_S.SELECTED}, _S.AWARDED),
    "withdraw": ({_S.DRAFT} | BEFORE_AWARD, _S.WITHDRAWN),
}
SUBMITTED_STATES = set(_S) - {_S.DRAFT, _S.WITHDRAWN}  # those that count for "one per enterprise"
