"""«Календарь»: the secret address at which a resident's own calendar reads the days of readings and bills."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.residents import resident_of
from accounts.stepup import ask_for_password
from meters.calendar_feed import plan_events, write_calendar
from meters.models import CalendarFeed
from meters.operations.feeds import create_calendar_feed, revoke_calendar_feed
from meters.queries.feeds import get_calendar_feed, get_feed_accounts, get_feed_by_token


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """GET tells of the address; POST makes a new one and shows it, this once."""
    user, now = resident_of(request), timezone.now()
    address = ""
    if request.method == "POST":
        if asked := ask_for_password(request, at=now):
            return asked
        token = create_calendar_feed(user=user, at=now)
        address = _link_to("meters:calendar_file", token)
    return render(request, "meters/calendar.html", {"address": address, "feed": get_calendar_feed(user)})


@require_POST
def calendar_revoke(request: HttpRequest) -> HttpResponse:
    if revoke_calendar_feed(user=resident_of(request), at=timezone.now()):
        messages.success(request, "Адрес отозван: календари больше ничего по нему не получат.")
    return redirect("meters:calendar")


@login_not_required
@require_safe
def calendar_file(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever knows the address reads it: calendars cannot sign in."""
    now = timezone.now()
    try:
        feed = get_feed_by_token(token)
    except CalendarFeed.DoesNotExist as error:
        raise Http404 from error
    today = timezone.localdate(now)
    events = plan_events(
        get_feed_accounts(feed.user, today),
        on=today,
        readings_url=_link_to("meters:reading_form"),
        payments_url=_link_to("billing:payment_overview"),
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="calendar.ics"',
        "X-Robots-Tag": "noindex",
    }
    text = write_calendar(events, feed_id=feed.pk, at=now)
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


def _link_to(name: str, *arguments: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=arguments)}"
