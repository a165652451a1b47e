from partners.models.agreement import ProcessingAgreement
from partners.models.api_key import ApiKey, ApiUsage
from partners.models.partner import Partner, PartnerMember

__all__ = ["ApiKey", "ApiUsage", "Partner", "PartnerMember", "ProcessingAgreement"]
