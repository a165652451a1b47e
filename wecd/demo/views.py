"""The demonstration's own receiver of webhooks: what a partner's system would be."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from standardwebhooks import Webhook, WebhookVerificationError

from partners.domain import deliveries
from wecd.demo.webhooks import own


@csrf_exempt  # the signature proves who sends
@require_POST
def receiver(request):
    """204 to a message that is signed, 401 to any other; keeps nothing. Nowhere but in the demonstration."""
    if settings.WECD_ENV != "demo":
        raise Http404
    for endpoint in own():
        for secret in deliveries.secrets_in_force(endpoint, timezone.now()):
            try:
                Webhook(secret).verify(request.body, dict(request.headers))
            except (WebhookVerificationError, ValueError):
                continue
            return HttpResponse(status=204)
    return HttpResponse("Not signed with our secret.", status=401, content_type="text/plain")
