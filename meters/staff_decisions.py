"""One decision about many chosen submissions: each by the operation alone, and told honestly how many it took."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.residents import staff_of
from billing.calendar import choose_plural
from meters import operations
from meters.models import ReadingReview, Submission
from meters.staff_forms import ReviewForm

MOST = 200


def decide_chosen(
    model_admin: admin.ModelAdmin[Any], request: HttpRequest, chosen: QuerySet[Submission], decision: str
) -> HttpResponse | None:
    """First a page that asks for the reason, then the decisions, and back to the list."""
    count = chosen.count()
    if count > MOST:
        model_admin.message_user(request, f"За один раз можно решить не больше {MOST}.", messages.WARNING)
        return None
    form = ReviewForm({**request.POST.dict(), "decision": decision} if "apply" in request.POST else None)
    if form.is_bound and form.is_valid():
        _decide(model_admin, request, chosen, decision, form.cleaned_data["reason"])
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"{ReadingReview.Decision(decision).label.capitalize()}: {_count(count)}",
        "opts": model_admin.opts,
        "form": form,
        "chosen": chosen.select_related("account", "meter").order_by("submitted_at"),
        "action": request.POST.get("action", ""),
        "decision": decision,
        "label": ReadingReview.Decision(decision).label.capitalize(),
    }
    return TemplateResponse(request, "admin/meters/submission/decide_chosen.html", context)


def _decide(
    model_admin: admin.ModelAdmin[Any], request: HttpRequest, chosen: QuerySet[Submission], decision: str, reason: str
) -> None:
    staff, done, late = staff_of(request), 0, 0
    for submission in chosen.order_by("submitted_at"):
        try:
            review = operations.review_submission(
                submission_id=submission.pk, staff=staff, decision=decision, reason=reason, at=timezone.now()
            )
        except operations.NotPossibleNow:
            late += 1
        else:
            done += 1
            model_admin.log_change(request, submission, str(review))
    if done:
        model_admin.message_user(request, f"Решено: {_count(done)}. Жители узнают об этом.", messages.SUCCESS)
    if late:
        text = f"Не тронуто: {_count(late)}. О них уже решили иначе."
        model_admin.message_user(request, text, messages.WARNING)


def _count(number: int) -> str:
    return f"{number} {choose_plural(number, 'передача', 'передачи', 'передач')}"
