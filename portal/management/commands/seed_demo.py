"""`manage.py seed_demo`: fills the demo with invented households and two people who can sign in."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.formats import date_format

from exchange import operations as exchange
from exchange.models import ImportRun
from portal.demo import people
from portal.demo.desk import furnish_desk
from portal.demo.packages import write_packages
from portal.formats import format_money


class Command(BaseCommand):
    help = "Наполняет демонстрацию вымышленными домами и людьми. Повторный запуск ничего не меняет."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--show", action="store_true", help="показать, как войти и что попробовать")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Это не демонстрация: включите её переменной окружения DEMO=1.")
        if options["show"]:
            self.stdout.write(self._words())
        elif people.is_furnished():
            self.stdout.write("Демонстрация уже наполнена.")
        else:
            self._furnish()

    def _furnish(self) -> None:
        at = timezone.now()
        for package in write_packages(Path(settings.STATE_DIR) / "demo", at=at):
            if ImportRun.objects.filter(source=package.name, status=ImportRun.Status.APPLIED).exists():
                continue
            run = exchange.import_registry(package, at=at)
            if run.status != ImportRun.Status.APPLIED:
                raise CommandError(f"Пакет {package.name} не принят: {run.reason}")
            rows = sum(counts["rows"] for counts in run.counts.values())
            self.stdout.write(f"{package.name}: строк {rows}")
        people.furnish_operator(at=at)
        people.furnish_people(at=at)
        furnish_desk(at=at)

    def _words(self) -> str:
        if not people.is_furnished():
            raise CommandError("Демонстрация ещё не наполнена: запустите seed_demo.")
        lines = [
            f"Житель:     +7 921 555-01-42, пароль {people.RESIDENT_PASSWORD}",
            f"Сотрудник:  +7 921 555-01-99, пароль {people.STAFF_PASSWORD}, вход на /admin/",
            f"            второй шаг: код из приложения по ключу {people.staff_secret()}",
            f"            (сейчас подойдёт {people.current_staff_code(at=timezone.now())})",
            "            оператор одного поставщика: +7 921 555-01-98, пароль и ключ те же",
            "Коды из СМС и письма: /demo/messages/",
            "Зарегистрируйтесь с любым номером +7 и привяжите лицевой счёт:",
        ]
        for account in people.get_free_accounts():
            paid_on = date_format(account.paid_on, "d.m.Y")
            lines.append(
                f"  {account.supplier}, {account.service.lower()}, ЛС {account.number}: последний платёж {paid_on}"
                f" на {format_money(account.amount)}, счётчик № {account.serial}"
            )
        return "\n".join(lines)
