"""Pages of the accounts app: under a language, and ``entrance`` beside allauth's sign-in pages."""

from django.urls import path

from accounts.views import enterprises, members, profile

urlpatterns = [
    path("places/", profile.place_suggestions, name="places"),
    path("profile/", profile.profile, name="profile"),
    path("enterprises/", enterprises.enterprise_list, name="enterprises"),
    path("enterprises/new/", enterprises.enterprise_new, name="enterprise_new"),
    path("enterprises/join/", enterprises.enterprise_join, name="enterprise_join"),
    path("enterprises/<uuid:pk>/", enterprises.enterprise, name="enterprise"),
    path("enterprises/<uuid:pk>/edit/", enterprises.enterprise_edit, name="enterprise_edit"),
    path("enterprises/<uuid:pk>/members/", members.enterprise_members, name="enterprise_members"),
    path("memberships/<uuid:pk>/accept/", members.membership_accept, name="membership_accept"),
    path("memberships/<uuid:pk>/refuse/", members.membership_refuse, name="membership_refuse"),
    path("memberships/<uuid:pk>/role/", members.membership_role, name="membership_role"),
    path("memberships/<uuid:pk>/end/", members.membership_end, name="membership_end"),
    path("invitations/<str:token>/", members.invitation, name="invitation"),
]

entrance = [
    path("demo/", profile.demo_sign_in, name="demo_sign_in"),
]
