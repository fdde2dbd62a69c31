"""What staff do with readings: a submission is decided by the operation alone. Facts stand in `staff_facts`."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from accounts.residents import staff_of
from billing.calendar import name_month
from billing.staff_access import AccountAdmin
from meters import operations
from meters.models import ReadingReview, ReviewTemplate, Submission
from meters.queries import submissions as queries
from meters.staff_decisions import decide_chosen
from meters.staff_facts import MeterAdmin, ReadingAdmin
from meters.staff_forms import InspectionForm, ReviewForm
from meters.staff_lists import (
    FINDINGS,
    AgeFilter,
    FindingFilter,
    LongListAdmin,
    ReviewFilter,
    SupplierFilter,
    find_meters,
)
from meters.staff_queue import describe_submission, find_next
from meters.staff_thresholds import stop_trial_view, threshold_trials_view, thresholds_view
from meters.staff_trials import try_reading_view, verify_receipt_view

__all__ = ["MeterAdmin", "ReadingAdmin", "ReviewTemplateAdmin", "SubmissionAdmin"]

TONES: dict[str, str] = {
    Submission.Status.NEEDS_CONFIRMATION: " staff-badge--waiting",
    Submission.Status.ACCEPTED: " staff-badge--good",
    Submission.Status.BILLED: " staff-badge--good",
    Submission.Status.REFUSED: " staff-badge--bad",
}


@admin.register(Submission)
class SubmissionAdmin(LongListAdmin, AccountAdmin):
    is_reason = "Проверка переданных показаний"
    list_display = ["receipt", "account", "meter", "found", "state", "month", "submitted_at"]
    list_filter = [ReviewFilter, FindingFilter, AgeFilter, ("account__supplier", SupplierFilter)]
    list_select_related = ["account", "meter"]
    actions = ["accept_chosen", "ask_chosen", "refuse_chosen"]
    change_list_template = "admin/meters/submission/list.html"
    search_fields = ["receipt"]
    search_help_text = "Номер квитанции, счётчика или лицевого счёта"

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What waits: the longest first, which is the order of its index; all else: the newest first."""
        return ("-pk",) if request.GET.get(ReviewFilter.parameter_name) else ("submitted_at", "pk")

    @admin.display(description="что найдено")
    def found(self, submission: Submission) -> str:
        """What the check asked about: why it waits."""
        return ", ".join(FINDINGS[row["code"]] for row in submission.findings if row["code"] in FINDINGS)

    @admin.display(description="входит в счёт за", ordering="period")
    def month(self, submission: Submission) -> str:
        return f"{name_month(submission.period)} {submission.period.year}"

    @admin.display(description="состояние")
    def state(self, submission: Submission) -> str:
        tone = TONES.get(submission.status, "")
        return format_html('<span class="staff-badge{}">{}</span>', tone, submission.get_status_display())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Submission], search_term: str
    ) -> tuple[QuerySet[Submission], bool]:
        if not search_term.strip():
            return queryset, False
        by_receipt = queryset.filter(receipt=search_term.strip())
        return (by_receipt if by_receipt.exists() else find_meters(queryset, search_term, "meter__")), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "title": "Показания, о которых решают"})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        review, inspection = view(require_POST(self.review_view)), view(require_POST(self.inspection_view))
        stop = view(require_POST(self.stop_trial_view))
        return [
            path("<int:submission_id>/review/", review, name="meters_submission_review"),
            path("<int:submission_id>/inspection/", inspection, name="meters_submission_inspection"),
            path("receipt/", view(self.verify_view), name="meters_submission_verify"),
            path("thresholds/", view(self.thresholds_view), name="meters_submission_thresholds"),
            path("thresholds/trials/", view(self.trials_view), name="meters_submission_threshold_trials"),
            path("thresholds/trials/<int:trial_id>/stop/", stop, name="meters_submission_stop_trial"),
            path("trial/", view(self.trial_view), name="meters_submission_trial"),
            *super().get_urls(),
        ]

    def verify_view(self, request: HttpRequest) -> HttpResponse:
        return verify_receipt_view(request, self.admin_site, self.has_view_permission(request))

    def trial_view(self, request: HttpRequest) -> HttpResponse:
        return try_reading_view(request, self.admin_site, self.has_view_permission(request))

    def thresholds_view(self, request: HttpRequest) -> HttpResponse:
        may_view, may_set = self.has_view_permission(request), self.has_change_permission(request)
        return thresholds_view(request, self.admin_site, may_view=may_view, may_set=may_set)

    def trials_view(self, request: HttpRequest) -> HttpResponse:
        may_view, may_set = self.has_view_permission(request), self.has_change_permission(request)
        return threshold_trials_view(request, may_view=may_view, may_set=may_set)

    def stop_trial_view(self, request: HttpRequest, trial_id: int) -> HttpResponse:
        return stop_trial_view(request, trial_id, may_set=self.has_change_permission(request))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        submission = self._get_submission(request, object_id)
        self.record_view_of(request, submission)
        return self._show(request, submission)

    def review_view(self, request: HttpRequest, submission_id: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        submission = self._get_submission(request, submission_id)
        form = ReviewForm(request.POST)
        if not form.is_valid():
            return self._show(request, submission, form=form)
        return self._decide(request, submission, operations.review_submission, form.decided)

    def inspection_view(self, request: HttpRequest, submission_id: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        submission = self._get_submission(request, submission_id)
        form = InspectionForm(request.POST, submission=submission, on=timezone.localdate())
        if not form.is_valid():
            return self._show(request, submission, inspection=form)
        names = ("taken_on", "reason", "seen")
        facts = {"values": form.values, **{name: form.cleaned_data[name] for name in names}}
        return self._decide(request, submission, operations.replace_by_inspection, facts)

    def _decide(
        self,
        request: HttpRequest,
        submission: Submission,
        operation: Callable[..., ReadingReview],
        facts: dict[str, Any],
    ) -> HttpResponse:
        """Do it, and go on to the next that waits."""
        here = reverse("admin:meters_submission_change", args=[submission.pk])
        try:
            review = operation(submission_id=submission.pk, staff=staff_of(request), at=timezone.now(), **facts)
        except operations.DecidedMeanwhile:
            self.message_user(request, "Пока вы смотрели, решил другой сотрудник. Вот его решение.", messages.WARNING)
            return redirect(here)
        except operations.NotPossibleNow:
            self.message_user(request, "Об этих показаниях уже решено иначе.", messages.WARNING)
            return redirect(here)
        self.log_change(request, submission, str(review))
        _, following = find_next(self.get_queryset(request), submission)
        if following is None:
            self.message_user(request, "Решение записано, житель узнает о нём. Больше никто не ждёт.", messages.SUCCESS)
            return redirect("admin:meters_submission_changelist")
        text = format_html(
            'Решение по <a href="{}">{}</a> записано, житель узнает о нём. Перед вами следующие показания.',
            here,
            submission.receipt,
        )
        self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:meters_submission_change", following.pk)

    @admin.action(description="Принять выбранные", permissions=["change"])
    def accept_chosen(self, request: HttpRequest, chosen: QuerySet[Submission]) -> HttpResponse | None:
        return decide_chosen(self, request, chosen, ReadingReview.Decision.ACCEPT)

    @admin.action(description="Спросить жителей выбранных", permissions=["change"])
    def ask_chosen(self, request: HttpRequest, chosen: QuerySet[Submission]) -> HttpResponse | None:
        return decide_chosen(self, request, chosen, ReadingReview.Decision.ASK)

    @admin.action(description="Не принимать выбранные", permissions=["change"])
    def refuse_chosen(self, request: HttpRequest, chosen: QuerySet[Submission]) -> HttpResponse | None:
        return decide_chosen(self, request, chosen, ReadingReview.Decision.REFUSE)

    def get_people(self, row: Submission) -> Iterable[int]:
        return [row.user_id]

    def _get_submission(self, request: HttpRequest, object_id: str | int) -> Submission:
        try:
            if not self.get_queryset(request).filter(pk=int(object_id)).exists():
                raise Submission.DoesNotExist
            return queries.get_submission_for_staff(int(object_id))
        except (Submission.DoesNotExist, ValueError) as error:
            raise Http404 from error

    def _show(
        self,
        request: HttpRequest,
        submission: Submission,
        *,
        form: ReviewForm | None = None,
        inspection: InspectionForm | None = None,
    ) -> HttpResponse:
        on, seen = timezone.localdate(), len(submission.reviews.all())
        before, following = find_next(self.get_queryset(request), submission)
        context = {
            **self.admin_site.each_context(request),
            **describe_submission(submission),
            "title": f"Квитанция № {submission.receipt}",
            "opts": self.opts,
            "form": form or ReviewForm(initial={"seen": seen}),
            "inspection": inspection or InspectionForm(submission=submission, on=on, initial={"seen": seen}),
            "may_decide": self.has_change_permission(request) and submission.can_be_reviewed,
            "before": before,
            "following": following,
        }
        return TemplateResponse(request, "admin/meters/submission/work.html", context)


@admin.register(ReviewTemplate)
class ReviewTemplateAdmin(admin.ModelAdmin[ReviewTemplate]):
    list_display = ["title", "decision", "text"]
    list_filter = ["decision"]
