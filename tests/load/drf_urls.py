"""Serializers and views of ``drf_app``: the members of our ``/api/v1/applications``, the ordinary way."""

from django.db.models import Prefetch
from django.urls import include, path
from rest_framework import serializers, viewsets
from rest_framework.routers import SimpleRouter

from accounts.models import Enterprise, Site
from actions.models import Action, Axis, Programme
from calls.models import Application, Call
from grants.models import Award


class ProgrammeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Programme
        fields = ["id", "code"]


class AxisSerializer(serializers.ModelSerializer):
    programme = ProgrammeSerializer()

    class Meta:
        model = Axis
        fields = ["id", "slug", "programme"]


class ActionSerializer(serializers.ModelSerializer):
    axis = AxisSerializer()

    class Meta:
        model = Action
        fields = ["id", "slug", "axis"]


class CallSerializer(serializers.ModelSerializer):
    class Meta:
        model = Call
        fields = ["id", "code", "kind", "title_fr", "title_de", "title_nl", "title_en"]


class EnterpriseSerializer(serializers.ModelSerializer):
    postal_code = serializers.SerializerMethodField()

    class Meta:
        model = Enterprise
        fields = ["name", "number", "legal_form", "size_class", "postal_code"]

    def get_postal_code(self, enterprise) -> str | None:
        return enterprise.offices[0].postal_code if enterprise.offices else None


class AwardSerializer(serializers.ModelSerializer):
    class Meta:
        model = Award
        fields = ["id", "amount", "state"]


class ApplicationSerializer(serializers.ModelSerializer):
    call = CallSerializer()
    action = ActionSerializer(source="call.action")
    strand = serializers.CharField(source="strand.code")
    enterprise = EnterpriseSerializer()
    award = AwardSerializer()

    class Meta:
        model = Application
        fields = ["id", "reference", "title", "state", "call", "action", "strand", "enterprise"]
        fields += ["eligible_cost", "requested", "submitted_at", "decided_at", "objection_until"]
        fields += ["reserve_rank", "award", "created_at", "updated_at"]


class Applications(viewsets.ReadOnlyModelViewSet):
    serializer_class = ApplicationSerializer
    offices = Site.objects.filter(is_registered_office=True)
    queryset = (
        Application.objects.submitted()
        .select_related("call__action__axis__programme", "strand", "enterprise", "award")
        .prefetch_related(Prefetch("enterprise__sites", offices, to_attr="offices"))
        .order_by("created_at", "pk")
    )


router = SimpleRouter(trailing_slash=False)
router.register("applications", Applications)
urlpatterns = [path("", include(router.urls))]
