from partners.models.agreement import ProcessingAgreement
from partners.models.api_key import ApiKey, ApiUsage
from partners.models.partner import Partner, PartnerMember
from partners.models.webhook import (
    TEST,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookMessage,
    WebhookSecret,
)

__all__ = [
    "TEST",
    "ApiKey",
    "ApiUsage",
    "Partner",
    "PartnerMember",
    "ProcessingAgreement",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookMessage",
    "WebhookSecret",
]
