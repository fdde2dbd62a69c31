"""What meters keep when a cabinet is deleted (`accounts.privacy.holds`): facts of use, without the person."""

from accounts.privacy.holds import Hold

HANDED_OVER = "факты учёта, по которым поставщик считает плату; остаются без лица, которое их передало"

HOLDS = (
    Hold(
        "meters.Submission",
        HANDED_OVER,
        told="Переданные показания: по ним уже посчитана плата. Кто их передал, видно не будет.",
    ),
    Hold("meters.SubmissionValue", HANDED_OVER),
    Hold("meters.ReadingReview", "решение сотрудника о показании, без лица, которое его передало"),
)
