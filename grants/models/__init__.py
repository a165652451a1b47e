from grants.models.award import Award
from grants.models.deminimis import DeMinimisAid, DeMinimisCeiling
from grants.models.envelope import Envelope, LedgerEntry

__all__ = ["Award", "DeMinimisAid", "DeMinimisCeiling", "Envelope", "LedgerEntry"]
