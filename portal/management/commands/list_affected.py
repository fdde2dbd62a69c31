"""Print whom an incident concerns, as CSV. See docs/incident.md."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts import phones
from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from billing import account_numbers
from portal import incidents
from portal.incidents import Affected, Window


class Command(BaseCommand):
    help = "Whom an incident concerns: by personal account, member of staff, network address, or time alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", required=True, help="2026-11-20T14:00, in the portal's time zone")
        parser.add_argument("--until", help="now, when left out")
        parser.add_argument("--account", help="SUPPLIER:NUMBER, such as psk:018\\00028517")
        parser.add_argument("--staff", help="phone of the member of staff")
        parser.add_argument("--address", help="network address")
        parser.add_argument("--contacts", action="store_true", help="with phones and e-mail in full, to write to them")

    def handle(self, *args: object, contacts: bool, **options: Any) -> None:
        now = timezone.now()
        window = Window(_read_moment(options["since"]), _read_moment(options["until"]) if options["until"] else now)
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '30min'")
        rows = csv.writer(self.stdout)
        rows.writerow(["user", "phone", "email", "why", "first_at", "last_at", "times"])
        count = 0
        for affected in self._find(window, options):
            rows.writerow(_tell(affected, contacts=contacts))
            count += 1
        record_event(Kind.STAFF_EXPORT, figures={"page": "Список затронутых", "rows": count}, at=now)
        self.stderr.write(f"{count} residents")

    def _find(self, window: Window, options: dict[str, Any]) -> Iterator[Affected]:
        if options["account"]:
            supplier, _, number = options["account"].partition(":")
            return incidents.find_by_account(supplier, account_numbers.normalise_number(number), window)
        if options["staff"]:
            staff = _find_staff(options["staff"])
            for kind, times in incidents.count_unnamed(staff.pk, window).items():
                self.stderr.write(f"{kind}: {times} without a name, of all whom this person may see")
            return incidents.find_by_staff(staff.pk, window)
        if options["address"]:
            return incidents.find_by_address(_read_address(options["address"]), window)
        return incidents.find_by_time(window)


def _find_staff(phone: str) -> User:
    try:
        return User.objects.get(phone=phones.parse_phone(phone))
    except (phones.InvalidPhone, User.DoesNotExist) as error:
        raise CommandError("Nobody has this phone.") from error


def _read_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise CommandError(f"{text} is no network address.") from error


def _read_moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"{text} is no moment.") from error
    if moment is None:
        raise CommandError(f"{text} is no moment: write it as 2026-11-20T14:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _tell(affected: Affected, *, contacts: bool) -> list[object]:
    user = affected.user
    phone = str(user.phone) if contacts else phones.mask_phone(str(user.phone))
    return [
        user.pk,
        "" if user.erased_at else phone,
        user.email if contacts else "",
        affected.why,
        timezone.localtime(affected.first_at).isoformat(timespec="seconds"),
        timezone.localtime(affected.last_at).isoformat(timespec="seconds"),
        affected.times,
    ]
