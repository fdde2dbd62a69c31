"""Rows of meters: the devices, what they showed, and what residents sent."""

from meters.models.feeds import CalendarFeed
from meters.models.meters import Installation, Meter, Scale
from meters.models.nicknames import MeterNickname
from meters.models.photos import MeterPhoto
from meters.models.readings import Reading
from meters.models.submissions import ReadingReview, ReviewTemplate, Submission, SubmissionValue
from meters.models.thresholds import CheckThresholds, ThresholdTrial

__all__ = [
    "CalendarFeed",
    "CheckThresholds",
    "Installation",
    "Meter",
    "MeterNickname",
    "MeterPhoto",
    "Reading",
    "ReadingReview",
    "ReviewTemplate",
    "Scale",
    "Submission",
    "SubmissionValue",
    "ThresholdTrial",
]
