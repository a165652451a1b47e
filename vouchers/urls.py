"""Pages of the vouchers app."""

from django.urls import path

from vouchers import views

urlpatterns = [
    path("", views.vouchers, name="vouchers"),
    path("verify/<str:token>/", views.verify, name="voucher_verify"),
    path("<uuid:pk>/", views.voucher, name="voucher"),
    path("<uuid:pk>/voucher.pdf", views.voucher_pdf, name="voucher_pdf"),
]
