from partners.models.api_key import ApiKey
from partners.models.partner import Partner, PartnerMember

__all__ = ["ApiKey", "Partner", "PartnerMember"]
