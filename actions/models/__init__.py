from actions.models.indicator import Indicator
from actions.models.loaded import LoadedRow
from actions.models.programme import Action, Axis, PartnerPeriod, Programme

__all__ = ["Action", "Axis", "Indicator", "LoadedRow", "PartnerPeriod", "Programme"]
