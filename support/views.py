"""What a resident does with error reports."""

from uuid import UUID

from csp.constants import NONE
from csp.decorators import csp
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit.staff_views import record_view
from accounts.models import User
from accounts.residents import resident_of
from billing import queries as billing
from billing.models import Link
from meters.queries.places import get_neighbourhood
from notifications.page_keys import read_key
from support import operations, queries
from support.differences import tell_difference, tell_paper_difference
from support.facts import AccountFacts, collect_facts
from support.forms import NO_METER, MessageForm, ReportForm
from support.models import Attachment, ErrorReport
from support.replacement_form import ReplacementForm


@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    before = read_key(request.GET.get("before", ""))
    reports, older = queries.get_reports(resident_of(request), before=before)
    context = {"reports": reports, "older": older, "is_first": before is None}
    return render(request, "support/report_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def report_create(request: HttpRequest) -> HttpResponse:
    """`?account=<link>&meter=<meter>&reason=<reason>` fill the form in; without them the resident chooses.

    `&receipt=<receipt>` writes what the bill says instead of what was sent.
    """
    user = resident_of(request)
    links = billing.get_links(user)
    link = _choose_link(links, request.POST.get("account") or request.GET.get("account"))
    if link is None:
        return render(request, "support/report_account.html", {"links": links, "reason": request.GET.get("reason", "")})
    facts = collect_facts(link.account, user)
    form = ReportForm(
        request.POST or None,
        request.FILES or None,
        user=user,
        meters=[each.meter for each in facts.meters],
        initial=_fill_in(request, link, facts),
        too_heavy="UPLOAD_TOO_HEAVY" in request.META,
    )
    if request.method == "POST" and form.is_valid():
        try:
            report = operations.report_error(
                user=user,
                key=form.cleaned_data["key"],
                account=link.account,
                meter=form.get_meter(),
                reason=form.cleaned_data["reason"],
                text=form.cleaned_data["text"],
                documents=form.cleaned_data["documents"],
                at=timezone.now(),
            )
        except operations.ReportRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Обращение {report.number} принято. Ответ придёт сюда и в уведомления.")
            return redirect("support:report_detail", report.number)
    context = {"form": form, "link": link, "facts": facts, "can_change": len(links) > 1}
    return render(request, "support/report_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def replacement_create(request: HttpRequest, meter_id: int) -> HttpResponse:
    """The resident tells of a replaced meter; staff confirm it by the act."""
    user = resident_of(request)
    try:
        around = get_neighbourhood(user, meter_id)
    except Link.DoesNotExist as error:
        raise Http404 from error
    link, meter = around.link, around.place.meter
    if not around.place.is_present or not around.scales:
        return redirect(f"{reverse('support:report_create')}?account={link.pk}&meter={meter.pk}&reason=meter_replaced")
    form = ReplacementForm(
        request.POST or None,
        request.FILES or None,
        meter=meter,
        scales=around.scales,
        on=timezone.localdate(),
        too_heavy="UPLOAD_TOO_HEAVY" in request.META,
    )
    if request.method == "POST" and form.is_valid():
        try:
            report = operations.report_error(
                user=user,
                key=form.cleaned_data["key"],
                account=link.account,
                meter=meter,
                reason=ErrorReport.Reason.METER_REPLACED,
                text=form.write_text(),
                documents=form.cleaned_data["documents"],
                at=timezone.now(),
                replacement=form.make_replacement(),
            )
        except operations.ReportRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Обращение {report.number} принято. Сотрудник проверит замену и ответит.")
            return redirect("support:report_detail", report.number)
    return render(request, "support/replacement_form.html", {"form": form, "link": link, "meter": meter})


def _choose_link(links: list[Link], wanted: str | None) -> Link | None:
    """The one asked for, or the only one. Raises Http404 for one that is not the resident's."""
    if not wanted:
        return links[0] if len(links) == 1 else None
    for link in links:
        if str(link.pk) == wanted:
            return link
    raise Http404


def _fill_in(request: HttpRequest, link: Link, facts: AccountFacts) -> dict[str, object]:
    reason = request.GET.get("reason", "")
    meter = request.GET.get("meter", "")
    known = {str(each.meter.pk) for each in facts.meters}
    if meter and meter not in known:
        raise Http404
    present = [str(each.meter.pk) for each in facts.meters if each.removed_on is None]
    about_account = reason in (ErrorReport.Reason.WRONG_ACCOUNT, ErrorReport.Reason.NO_METER_INFO)
    if not meter and len(present) == 1 and not about_account:
        meter = present[0]
    return {
        "account": link.pk,
        "meter": meter or NO_METER,
        "reason": reason if reason in ErrorReport.Reason.values else None,
        "text": _tell_difference(request, meter),
    }


def _tell_difference(request: HttpRequest, meter: str) -> str:
    """By the receipt of what was sent, or by the month of a paper bill and its values."""
    user = resident_of(request)
    if meter and "month" in request.GET:
        return tell_paper_difference(user, int(meter), request.GET.dict(), on=timezone.localdate())
    return tell_difference(user, request.GET.get("receipt", ""))


@require_safe
def report_detail(request: HttpRequest, number: str) -> HttpResponse:
    return _show_report(request, _get_report(request, number), MessageForm())


@require_POST
def report_answer(request: HttpRequest, number: str) -> HttpResponse:
    report = _get_report(request, number)
    form = MessageForm(request.POST, request.FILES, too_heavy="UPLOAD_TOO_HEAVY" in request.META)
    if form.is_valid():
        try:
            operations.add_message(
                user=resident_of(request),
                number=number,
                key=form.cleaned_data["key"],
                text=form.cleaned_data["text"],
                documents=form.cleaned_data["documents"],
                at=timezone.now(),
            )
        except operations.ReportRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Сообщение у сотрудников отделения.")
            return redirect("support:report_detail", number)
    return _show_report(request, report, form)


def _get_report(request: HttpRequest, number: str) -> ErrorReport:
    try:
        return queries.get_report(resident_of(request), number)
    except ErrorReport.DoesNotExist as error:
        raise Http404 from error


def _show_report(request: HttpRequest, report: ErrorReport, form: MessageForm) -> HttpResponse:
    context = {
        "report": report,
        "thread": queries.get_thread(report),
        "form": form,
        "takes_answers": report.takes_answers(timezone.now()),
    }
    return render(request, "support/report_detail.html", context)


def _is_verified_staff(user: User) -> bool:
    """With the second factor, as the staff's door asks for it."""
    return user.is_staff and bool(user.is_verified())  # type: ignore[attr-defined]


@require_safe
@csp({"default-src": [NONE], "sandbox": True})  # type: ignore[arg-type]
def attachment_detail(request: HttpRequest, public_id: UUID) -> FileResponse:
    """Never shown by the browser itself: saved, under a policy that lets nothing in it act (security.md A8)."""
    user = resident_of(request)
    as_staff = _is_verified_staff(user) and user.has_perm("support.view_errorreport")
    try:
        attachment = queries.get_attachment(user, public_id, as_staff=as_staff)
    except Attachment.DoesNotExist as error:
        raise Http404 from error
    report = attachment.report
    if report.user_id != user.pk:
        record_view(
            staff=user,
            page="файл обращения",
            people=[report.user_id],
            supplier=report.account.supplier.name,
            at=timezone.now(),
            row=attachment.pk,
        )
    try:
        file = default_storage.open(str(attachment.file.name))
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(file, as_attachment=True, filename=attachment.name, content_type=attachment.content_type)
