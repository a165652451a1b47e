from accounts.models.enterprise import Enterprise, EnterpriseActivity, Membership, Site, Undertaking
from accounts.models.user import User

__all__ = ["Enterprise", "EnterpriseActivity", "Membership", "Site", "Undertaking", "User"]
