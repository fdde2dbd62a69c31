"""Give a person the staff's door and one role. No password is set here: its owner sets it by SMS."""

from argparse import ArgumentParser

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import phones
from accounts.staff import add_staff_member


class Command(BaseCommand):
    help = "Makes a person one of the staff, in one role. The person then sets a password by SMS and a code in an app."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("phone", help="a mobile number of Russia, in any usual form")
        parser.add_argument("--name", required=True, help="residents see it in answers")
        parser.add_argument("--role", required=True, help="«Оператор», «Старший» or «Администратор»")

    def handle(self, *args: object, phone: str, name: str, role: str, **options: object) -> None:
        try:
            user = add_staff_member(phone=phones.parse_phone(phone), name=name, role=role, at=timezone.now())
        except phones.InvalidPhone as error:
            raise CommandError(str(error)) from error
        except Group.DoesNotExist as error:
            known = ", ".join(Group.objects.order_by("pk").values_list("name", flat=True))
            raise CommandError(f"There is no role «{role}». There are: {known}.") from error
        self.stdout.write(f"{user}: {role}. Next: a password at /password-reset/, then /admin/.")
