"""«Показания»: one form for every meter, the receipts, and the resident's answers."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.residents import resident_of
from meters import operations
from meters.cards import choose_soonest, get_reading_cards, group_cards, list_deadlines
from meters.costs import get_costs
from meters.forms import ReadingsForm
from meters.models import Meter, Submission
from meters.offline import describe_for_device, make_draft_name
from meters.queries import submissions as queries
from meters.timeline import list_events
from meters.verdicts import sum_up, tell_submission


@require_http_methods(["GET", "HEAD", "POST"])
def reading_form(request: HttpRequest) -> HttpResponse:
    """`?receipt=…` fills the form with what was typed for it, to be put right."""
    user, now = resident_of(request), timezone.now()
    today = timezone.localdate(now)
    is_gone = False
    if request.method == "POST":
        form = ReadingsForm(request.POST, cards=get_reading_cards(user, today, to_show=False))
        if form.is_valid():
            try:
                return _send(request, form, at=now)
            except Meter.DoesNotExist:
                is_gone = True
    cards = get_reading_cards(user, today)
    typed_before = queries.get_typed(user, request.GET["receipt"]) if "receipt" in request.GET else {}
    form = ReadingsForm(request.POST or None, cards=cards, typed_before=typed_before)
    if is_gone and form.is_valid():
        form.add_error(None, "Один из счётчиков больше не привязан к вам. Обновите страницу и проверьте список.")
    context = {
        "form": form,
        "groups": group_cards(cards),
        "deadline": choose_soonest(form.cards),
        "deadlines": list_deadlines(form.cards),
        "open_count": len(form.cards),
        "waiting_count": sum(card.sent is None for card in form.cards),
        "question_count": sum(card.is_questioned for card in form.cards),
        "draft": f"{make_draft_name(user)}-{today:%Y-%m}",
        "for_device": describe_for_device(user, cards, today),
    }
    return render(request, "meters/reading_form.html", context)


def _send(request: HttpRequest, form: ReadingsForm, *, at: datetime) -> HttpResponse:
    key, typed = form.cleaned_data["key"], form.typed
    sent = operations.submit_readings(
        user=resident_of(request), key=key, typed=typed, taken_on=timezone.localdate(at), at=at
    )
    if operations.differs_from(typed, sent):
        messages.warning(
            request, "Эта форма уже отправлена, вот её квитанции. Другие цифры передайте на странице «Показания»."
        )
    return redirect("meters:submission_batch", key=key)


@require_GET
def submission_batch(request: HttpRequest, key: UUID) -> HttpResponse:
    return render(request, "meters/submission_batch.html", _batch_context(request, key))


@require_GET
def submission_verdict(request: HttpRequest, key: UUID) -> HttpResponse:
    """The part of the page that changes, asked for until every submission is judged."""
    return render(request, "meters/_verdicts.html", _batch_context(request, key))


@require_GET
def submission_detail(request: HttpRequest, receipt: str) -> HttpResponse:
    submission = _get_submission(request, receipt)
    context = {
        "told": tell_submission(submission),
        "submission": submission,
        "events": list_events(submission),
        "can_withdraw": submission.status in queries.CHANGEABLE,
        "can_restore": operations.may_restore(submission, at=timezone.now()),
        "costs": get_costs([submission]),
        "links": queries.get_links_to(resident_of(request), [submission.account_id]),
    }
    return render(request, "meters/submission_detail.html", context)


@require_POST
def submission_confirm(request: HttpRequest, receipt: str) -> HttpResponse:
    try:
        submission = operations.confirm_submission(user=resident_of(request), receipt=receipt, at=timezone.now())
    except operations.NotPossibleNow as error:
        messages.warning(request, str(error))
        return redirect("meters:submission_detail", receipt=receipt)
    except Submission.DoesNotExist as error:
        raise Http404 from error
    return redirect("meters:submission_batch", key=queries.get_first_key(submission))


@require_POST
def submission_correct(request: HttpRequest, receipt: str) -> HttpResponse:
    """What a finding suggests: other values for this meter, or these values for another one."""
    user, code, at = resident_of(request), request.POST.get("code", ""), timezone.now()
    try:
        if code == operations.OTHER_METER:
            corrected = operations.move_readings(user=user, receipt=receipt, at=at)
        else:
            corrected = operations.take_suggestion(user=user, receipt=receipt, code=code, at=at)
    except operations.NotPossibleNow as error:
        messages.warning(request, str(error))
        return redirect("meters:submission_detail", receipt=receipt)
    except Submission.DoesNotExist as error:
        raise Http404 from error
    return redirect("meters:submission_batch", key=queries.get_first_key(corrected))


@require_POST
def submission_withdraw(request: HttpRequest, receipt: str) -> HttpResponse:
    now = timezone.now()
    try:
        submission = operations.withdraw_submission(user=resident_of(request), receipt=receipt, at=now)
    except operations.NotPossibleNow as error:
        messages.warning(request, str(error))
    except Submission.DoesNotExist as error:
        raise Http404 from error
    else:
        again = " или вернуть эти" if operations.may_restore(submission, at=now) else ""
        messages.info(request, f"Показания отозваны. Можно передать новые{again}.")
    return redirect("meters:submission_detail", receipt=receipt)


@require_POST
def submission_restore(request: HttpRequest, receipt: str) -> HttpResponse:
    try:
        again = operations.restore_submission(user=resident_of(request), receipt=receipt, at=timezone.now())
    except operations.NotPossibleNow as error:
        messages.warning(request, str(error))
        return redirect("meters:submission_detail", receipt=receipt)
    except Submission.DoesNotExist as error:
        raise Http404 from error
    return redirect("meters:submission_batch", key=again.key)


def _get_submission(request: HttpRequest, receipt: str) -> Submission:
    try:
        return queries.get_submission(resident_of(request), receipt)
    except Submission.DoesNotExist as error:
        raise Http404 from error


def _batch_context(request: HttpRequest, key: UUID) -> dict[str, object]:
    batch = queries.get_batch(resident_of(request), key)
    if not batch:
        raise Http404
    return {
        "key": key,
        "draft": make_draft_name(resident_of(request)),
        "told": [tell_submission(submission) for submission in batch],
        "costs": get_costs(batch),
        "links": queries.get_links_to(resident_of(request), [row.account_id for row in batch]),
        "is_settled": queries.is_settled(batch),
        "sent_at": batch[0].submitted_at,
        "summary": sum_up(batch),
    }
