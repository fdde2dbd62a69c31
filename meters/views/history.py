"""«История»: all meters with what they last showed, and the years of one meter beside the last bill."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.residents import resident_of
from billing import operations as billing_operations
from billing import queries as billing
from billing.models import BillLine, Link
from billing.reduced_links import lead_to_payment
from meters.bill_check import BillCheck, check_bill, choose_lines
from meters.history_filter import SHOWN, HistoryFilter, read_filter
from meters.history_list import describe_groups, list_readings
from meters.history_rows import build_rows, list_years
from meters.models import Reading
from meters.paper_bill import PaperBillForm, check_paper_bill
from meters.queries import history as queries
from meters.queries.nicknames import name_meters
from meters.queries.places import Neighbourhood, get_last_readings, get_neighbourhood
from meters.replacements import tell_installation, tell_removal
from meters.use_chart import UseChart, draw_use


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    lines = queries.get_history(resident_of(request))
    return render(request, "meters/history.html", {"groups": describe_groups(lines)})


@require_http_methods(["GET", "HEAD", "POST"])
def meter_history(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows a page of readings; POST is the resident's «Сверено, всё верно»."""
    user = resident_of(request)
    try:
        around = get_neighbourhood(user, pk)
    except Link.DoesNotExist as error:
        raise Http404 from error
    if request.method == "POST":
        if refused := lead_to_payment(request, around.link):
            return refused
        billing_operations.mark_history_checked(user=user, link_id=around.link.pk, at=timezone.now())
        messages.success(request, "Отметили: показания сверены со счётом.")
        return redirect("meters:meter_history", pk)
    before, wanted = _read_day(request.GET.get("before", "")), read_filter(request.GET.dict())
    return render(request, "meters/meter_history.html", _describe(user, around, before, wanted))


@require_safe
def paper_bill(request: HttpRequest, pk: int) -> HttpResponse:
    """What is printed on a paper bill beside what is here. Nothing is kept: the values are in the address."""
    user = resident_of(request)
    try:
        around = get_neighbourhood(user, pk)
    except Link.DoesNotExist as error:
        raise Http404 from error
    if refused := lead_to_payment(request, around.link):
        return refused
    name_meters(user, [around.place.meter])
    asked = request.GET.dict() or None
    form = PaperBillForm(asked, meter=around.place.meter, scales=around.scales, on=timezone.localdate())
    context: dict[str, object] = {"form": form, "meter": around.place.meter, "link": around.link}
    if asked and form.is_valid():
        found = check_paper_bill(user, around, form.period, form.values)
        context |= {"check": found.check, "asked": request.GET.urlencode()}
    return render(request, "meters/paper_bill.html", context)


def _read_day(text: str) -> date | None:
    """The place in a long history; anything but a day is its beginning."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _describe(user: User, around: Neighbourhood, before: date | None, wanted: HistoryFilter) -> dict[str, object]:
    place, link = around.place, around.link
    name_meters(user, [place.meter])
    page = queries.get_readings_page(user, place, around.scales, before=before, wanted=wanted)
    since = min((row.taken_on for row in page.readings), default=timezone.localdate()).replace(day=1)
    lines = _choose(billing.get_bill_lines(user, [link.account_id], since), around)
    rows = build_rows(
        place.meter,
        around.scales,
        page.readings,
        page.submissions,
        before_page=page.before_page,
        installed_on=place.installation.installed_on,
        lines=lines,
        calendar=link.account.supplier.reading_calendar,
        user_id=user.pk,
        tells_use=not wanted.shown,
    )
    is_beginning = before is None and not wanted.is_on
    context: dict[str, object] = {
        "link": link,
        "place": place,
        "meter": place.meter,
        "scales": around.scales,
        "years": list_years(rows),
        "is_first_page": before is None,
        "older": f"{page.older:%Y-%m-%d}" if page.older else "",
        "is_beginning": is_beginning,
        "wanted": wanted,
        "shown": [(key, label, key == wanted.shown) for key, label in SHOWN.items()],
        "all_years": queries.get_years(user, place),
        "removal": tell_removal(around) if is_beginning else None,
        "installation": None if page.older or wanted.is_on else tell_installation(around),
    }
    if is_beginning:
        context |= {
            "last": list_readings(get_last_readings([place])[0]),
            "chart": _draw_chart(user, around, page.readings),
            "check": _check_last_bill(user, around, page.readings),
        }
    return context


def _choose(lines: list[BillLine], around: Neighbourhood) -> list[BillLine]:
    is_only = around.place.is_present and not around.others_present
    return choose_lines(lines, around.place.meter, is_only_meter=is_only)


def _check_last_bill(user: User, around: Neighbourhood, readings: list[Reading]) -> BillCheck | None:
    account_id = around.link.account_id
    lines = billing.get_last_bill_lines([account_id], visible_to=user).get(account_id, [])
    calendar = around.link.account.supplier.reading_calendar
    return check_bill(around.place.meter, around.scales, _choose(lines, around), readings, calendar)


def _draw_chart(user: User, around: Neighbourhood, readings: list[Reading]) -> UseChart | None:
    if not readings:
        return None
    places = [around.place, *([around.former] if around.former else [])]
    points = queries.get_actual_points(user, places, until=readings[0].taken_on + timedelta(days=1))
    account, meter = around.link.account, around.place.meter
    prices = {
        tariff.code: tariff.price * meter.ratio
        for tariff in billing.get_tariffs([account.supplier_id], timezone.localdate())
        if tariff.service == account.service and not tariff.range_from
    }
    return draw_use(places, around.scales_by_meter, points, prices)
