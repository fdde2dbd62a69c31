"""`manage.py check_reading SERIAL CODE=VALUE …`: what the rules say of a reading. Nothing is written."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from meters.facts_files import UnreadableFacts, judge_facts
from meters.plausibility.values import as_shown
from meters.trials import Trial, find_installations, try_reading

UNKNOWN = 2


class Command(BaseCommand):
    help = (
        "Проверяет показание теми же правилами, что и портал, и ничего не записывает. "
        "С --facts правила можно попробовать на данных из файла, без базы: вид файла описан в meters/facts_files.py."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("words", nargs="+", metavar="SERIAL CODE=VALUE", help="номер счётчика и значения по шкалам")
        parser.add_argument("--supplier", default="", help="код поставщика, если номер есть у нескольких")
        parser.add_argument("--on", type=date.fromisoformat, help="когда снято, например 2026-11-20; иначе сегодня")
        parser.add_argument("--facts", type=Path, help="файл JSON со сведениями о счётчике; тогда SERIAL не нужен")
        parser.add_argument("--json", action="store_true", help="ответ для программы")

    def handle(
        self, *args: Any, words: list[str], supplier: str, on: date | None, facts: Path | None, **options: Any
    ) -> None:
        typed = dict(word.split("=", 1) for word in words if "=" in word)
        serials = [word for word in words if "=" not in word]
        if len(serials) != (0 if facts else 1):
            raise CommandError("Нужен один номер счётчика и значения вида 1=12896; с --facts только значения.")
        trial = self._try_facts(facts, typed, on) if facts else self._try_meter(serials[0], supplier, typed, on)
        if options["json"]:
            self.stdout.write(json.dumps(trial.as_json(), ensure_ascii=False, indent=2))
        else:
            self._tell(trial)

    def _try_facts(self, path: Path, typed: dict[str, str], on: date | None) -> Trial:
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            return Trial(*judge_facts(facts, typed, today=timezone.localdate(), taken_on=on))
        except (OSError, ValueError, UnreadableFacts) as error:
            raise CommandError(f"{path}: {error}", returncode=UNKNOWN) from error

    def _try_meter(self, serial: str, supplier: str, typed: dict[str, str], on: date | None) -> Trial:
        places = find_installations(serial, supplier)
        if not places:
            raise CommandError(f"Счётчика № {serial} нет.", returncode=UNKNOWN)
        if len(places) > 1:
            codes = ", ".join(sorted({place.meter.supplier.code for place in places}))
            raise CommandError(f"Счётчиков № {serial} несколько: {codes}. Укажите --supplier.", returncode=UNKNOWN)
        today = timezone.localdate()
        return try_reading(places[0], typed, taken_on=on or today, today=today)

    def _tell(self, trial: Trial) -> None:
        verdict = trial.verdict
        review = ", смотрит сотрудник" if verdict.needs_review else ""
        self.stdout.write(f"Решение: {trial.outcome}{review} ({verdict.outcome.value})")
        for scale in trial.meter.scales:
            if scale.code in verdict.values:
                use = verdict.uses.get(scale.code)
                said = "" if use is None else f", расход {as_shown(use, trial.meter.digits_right):f} {scale.unit}"
                self.stdout.write(f"  {scale.code} «{scale.name}»: {verdict.values[scale.code]:f}{said}")
        for finding, words, asks in trial.told:
            place = f" [{finding.scale}]" if finding.scale else ""
            self.stdout.write(f"- {finding.code}{place}: {asks}")
            self.stdout.write(f"  {words.title} {words.text}".rstrip())
            if finding.figures:
                self.stdout.write("  " + " ".join(f"{name}={value}" for name, value in finding.figures.items()))
            if finding.suggestion:
                suggested = " ".join(f"{code}={value}" for code, value in finding.suggestion.items())
                self.stdout.write(f"  Предлагает: {suggested}")
        if not verdict.findings:
            self.stdout.write("Ничего необычного.")
