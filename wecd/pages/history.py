"""What happened since 2013, with where each fact comes from. Facts of one programme: WECD's.

Only what sources say (the programme's own good-practice sheet, official summaries, the press of the day); a
fact only one source gives says so. Another programme begins with an empty history.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

PROGRAMME = "WECD"
SHEET = _("the programme’s good-practice sheet, Interreg Europe")
ONE_SOURCE = _("one source only")


@dataclass(frozen=True)
class Event:
    """Something that happened. ``key`` is its anchor on the programme's page."""

    key: str
    at: object
    title: object
    text: object
    source: object
    certain: bool = True
    action: str = ""


EVENTS = (
    Event(
        "label",
        _("January 2013"),
        _("A European label, one million euros"),
        _(
            "Wallonia becomes a “European Creative District” within Creative Wallonia, with money of the "
            "European Union and of the region."
        ),
        SHEET,
    ),
    Event(
        "hubs",
        _("May 2014"),
        _("Seven Creative Hubs are chosen"),
        _("They will be nine by the next decade."),
        _("Le Soir, 24 March 2015; the Walloon press from 2014 to 2021"),
        action="creative-hubs",
    ),
    Event(
        "pilot",
        _("16 June 2014"),
        _("The pilot call for creative vouchers opens"),
        _("Until 1 October, enterprises and creative providers of Wallonia apply in pairs."),
        _("Regional-IT, 17 June 2014"),
        action="creative-vouchers",
    ),
    Event(
        "vouchers",
        _("13 November 2014"),
        _("Ten creative vouchers of €6,000"),
        _(
            "Chosen on their real added value, on the mix of partners and skills, and on documented "
            "spin-offs."
        ),
        _("Regional-IT; Arctik"),
        action="creative-vouchers",
    ),
    Event(
        "boost-up",
        _("February 2015"),
        _("33 Boost-up projects supported"),
        _("Up to €40,000 each to bring a tested prototype to market."),
        _("Le Soir"),
        certain=False,
        action="boost-up",
    ),
    Event(
        "end",
        _("October 2015"),
        _("The first programme ends"),
        _("Another source says July 2015: both are kept, neither is hidden."),
        SHEET,
    ),
)


def events_of(programme) -> tuple[Event, ...]:
    """The history of a programme."""
    return EVENTS if programme is not None and programme.code == PROGRAMME else ()
