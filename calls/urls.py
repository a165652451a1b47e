"""Pages of the calls app."""

from django.urls import path

from calls.views import (
    feed,
    information,
    mails,
    messages,
    previews,
    public,
    questions,
    results,
    saving,
    space,
    submission,
    workspace,
)

urlpatterns = [
    # Public
    path("calls/", public.list_calls, name="calls"),
    path("calls/calendar.ics", public.calls_ics, name="calls_ics"),
    path("calls/deadlines.ics", public.calls_ics),  # its first address: calendars subscribed to it
    path("calls/feed.atom", feed.calls_feed, name="calls_feed"),
    path("calls/<slug:slug>/", public.show_call, name="call"),
    path("calls/<slug:slug>/ask/", questions.ask, name="ask"),
    path("calls/<slug:slug>/check/", public.call_check, name="call_check"),
    path("calls/<slug:slug>/deadline.ics", public.call_ics, name="call_ics"),
    # Results
    path("results/", results.list_results, name="results"),
    path("results/awards.csv", results.results_csv, name="results_csv"),
    path("results/<uuid:pk>/", results.show_result, name="result"),
    # Applying
    path("calls/<slug:slug>/apply/", workspace.apply, name="apply"),
    path("space/", space.space, name="space"),
    path("applications/", space.applications, name="applications"),
    path("applications/<uuid:pk>/", submission.application, name="application"),
    path("applications/<uuid:pk>/answers/", saving.save_answer, name="answers"),
    path("applications/<uuid:pk>/files/", saving.add_file, name="files"),
    path("applications/<uuid:pk>/files/<uuid:file>/", saving.attachment, name="attachment"),
    path("applications/<uuid:pk>/files/<uuid:file>/preview/", previews.preview, name="preview"),
    path("applications/<uuid:pk>/mails/", mails.application_mails, name="application_mails"),
    path("applications/<uuid:pk>/messages/", messages.thread, name="messages"),
    path("applications/<uuid:pk>/review/", submission.review, name="review"),
    path("applications/<uuid:pk>/receipt/", submission.receipt, name="receipt"),
    path("applications/<uuid:pk>/receipt.pdf", submission.receipt_pdf, name="receipt_pdf"),
    path("applications/<uuid:pk>/download.pdf", submission.download_pdf, name="application_pdf"),
    path("applications/<uuid:pk>/download.json", submission.download_json, name="application_json"),
    path("applications/<uuid:pk>/withdraw/", submission.withdraw, name="withdraw"),
    path("applications/<uuid:pk>/information-request/", information.page, name="information"),
    path("applications/<uuid:pk>/<slug:section>/", workspace.section, name="section"),
]
