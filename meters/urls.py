from django.urls import path

from meters.views import cards, exports, feeds, history, offline, photos, readings, receipts

app_name = "meters"
urlpatterns = [
    path("readings/", readings.reading_form, name="reading_form"),
    path("readings/offline/", offline.offline_form, name="offline_form"),
    path("readings/sendings/", offline.kept_sendings, name="kept_sendings"),
    path("readings/<uuid:key>/", readings.submission_batch, name="submission_batch"),
    path("readings/<uuid:key>/verdict/", readings.submission_verdict, name="submission_verdict"),
    path("readings/receipts/<str:receipt>/", readings.submission_detail, name="submission_detail"),
    path("readings/receipts/<str:receipt>/confirmation/", readings.submission_confirm, name="submission_confirm"),
    path("readings/receipts/<str:receipt>/correction/", readings.submission_correct, name="submission_correct"),
    path("readings/receipts/<str:receipt>/withdrawal/", readings.submission_withdraw, name="submission_withdraw"),
    path("readings/receipts/<str:receipt>/restoration/", readings.submission_restore, name="submission_restore"),
    path("readings/receipts/<str:receipt>/pdf/", receipts.submission_pdf, name="submission_pdf"),
    path("readings/receipts/<str:receipt>/photos/", photos.photo_add, name="photo_add"),
    path("readings/photos/<uuid:public_id>/", photos.photo_detail, name="photo_detail"),
    path("meters/<int:pk>/", cards.meter_detail, name="meter_detail"),
    path("meters/<int:pk>/nickname/", cards.meter_nickname, name="meter_nickname"),
    path("history/", history.history, name="history"),
    path("history/meters/<int:pk>/", history.meter_history, name="meter_history"),
    path("history/meters/<int:pk>/paper-bill/", history.paper_bill, name="paper_bill"),
    path("history/meters/<int:pk>/readings.<slug:file_format>", exports.meter_readings, name="meter_readings"),
    path("calendar/", feeds.calendar, name="calendar"),
    path("calendar/revocation/", feeds.calendar_revoke, name="calendar_revoke"),
    path("calendar/<str:token>.ics", feeds.calendar_file, name="calendar_file"),
]
