"""Give a person the staff's door, one role and the residents to serve. No password is set: its owner does it by SMS."""

from argparse import ArgumentParser

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import phones
from accounts.staff import add_staff_member
from billing.models import Supplier
from billing.staff_scope import give_scope


class Command(BaseCommand):
    help = "Makes a person one of the staff, in one role. The person then sets a password by SMS and a code in an app."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("phone", help="a mobile number of Russia, in any usual form")
        parser.add_argument("--name", required=True, help="residents see it in answers")
        parser.add_argument("--role", required=True, help="«Оператор», «Старший» or «Администратор»")
        parser.add_argument(
            "--serves",
            action="append",
            default=[],
            metavar="SUPPLIER[:PREFIX]",
            help="code of a supplier, all of it or accounts that begin so; may be repeated; administrators need none",
        )

    def handle(self, *args: object, phone: str, name: str, role: str, serves: list[str], **options: object) -> None:
        try:
            parts = [(Supplier.objects.get(code=code), prefix) for code, _, prefix in map(_split, serves)]
            user = add_staff_member(phone=phones.parse_phone(phone), name=name, role=role, at=timezone.now())
        except phones.InvalidPhone as error:
            raise CommandError(str(error)) from error
        except Group.DoesNotExist as error:
            known = ", ".join(Group.objects.order_by("pk").values_list("name", flat=True))
            raise CommandError(f"There is no role «{role}». There are: {known}.") from error
        except Supplier.DoesNotExist as error:
            known = ", ".join(Supplier.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"There is no such supplier. There are: {known}.") from error
        for supplier, prefix in parts:
            give_scope(staff=user, supplier=supplier, prefix=prefix, at=timezone.now())
        self.stdout.write(f"{user}: {role}. Next: a password at /password-reset/, then /admin/.")


def _split(part: str) -> tuple[str, str, str]:
    return part.partition(":")
