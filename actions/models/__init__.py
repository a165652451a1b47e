from actions.models.programme import Action, Axis, PartnerPeriod, Programme

__all__ = ["Action", "Axis", "PartnerPeriod", "Programme"]
