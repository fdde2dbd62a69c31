"""One person's whole way: a phone number and a paper bill at the start, an answered report at the end."""

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from portal.demo import households, people
from tests.journeys.conftest import Portal, note_complaint

pytestmark = pytest.mark.browser
PHONE, PASSWORD = "+79005550188", "Svetlyy7fonar"


def look(page: Page) -> None:
    """axe finds nothing on the page, and it fits a phone."""
    found = Axe().run(page, options={"preload": False})
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def rows(portal: Portal, file: str) -> list[dict[str, str]]:
    package = next((portal.folder / "demo").glob("demo-psk-*"))
    with (package / file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def last_payment(portal: Portal) -> dict[str, str]:
    own = [row for row in rows(portal, "payments.csv") if row["account"] == households.FREE_FLAT]
    return max(own, key=lambda row: row["paid_on"])


def last_values(portal: Portal) -> dict[str, Decimal]:
    """The newest reading by the name of its scale, of the meter that can be linked."""
    meter = next(row for row in rows(portal, "meters.csv") if row["account"] == households.FREE_FLAT)
    key = meter["registration"]
    names = {row["code"]: row["name"] for row in rows(portal, "scales.csv") if row["registration"] == key}
    newest: dict[str, tuple[str, Decimal]] = {}
    for row in rows(portal, "readings.csv"):
        if row["registration"] == key:
            newest[names[row["code"]]] = max(
                newest.get(names[row["code"]], ("", Decimal(0))), (row["taken_on"], Decimal(row["value"]))
            )
    return {name: value for name, (_, value) in newest.items()}


def drum(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name).first


def send(page: Page, values: dict[str, Decimal]) -> None:
    page.goto("/readings/")
    for change in page.locator("details summary", has_text="Исправить").all():
        change.click()
    for name, value in values.items():
        drum(page, name).fill(str(value))
    page.get_by_role("button", name="Передать показания").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Показания отправлены")


def test_a_resident_registers_links_sends_and_is_answered(
    window: Page, browser: Browser, portal: Portal, tmp_path: Path
) -> None:
    register(window, portal)
    link(window, portal)
    choose_delivery(window)
    look_at_the_meter(window)
    send_readings(window, portal)
    answer_a_question(window, portal)
    read_history(window)
    number = report_an_error(window, portal, tmp_path)
    staff_answers(browser, portal, number)
    hear_the_answer(window, number)
    look_around(window)


def register(page: Page, portal: Portal) -> None:
    page.goto("/registration/")
    look(page)
    page.get_by_label("Телефон").fill("8 900 555-01-88")
    page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    expect(page.locator("[data-password-checklist] li.done")).to_have_count(6)
    page.get_by_label("Я принимаю").check()
    expect(page.get_by_label("Я согласен получать рекламную рассылку")).to_be_checked()
    page.get_by_label("Я согласен получать рекламную рассылку").uncheck()
    page.get_by_role("button", name="Зарегистрироваться").click()
    expect(page.get_by_label("Код подтверждения")).to_be_visible()
    look(page)
    page.get_by_label("Код подтверждения").fill(portal.read_code(PHONE))
    page.get_by_role("button", name="Подтвердить").click()
    page.wait_for_url(f"{portal.url}/")
    expect(page.get_by_text("Привяжите лицевой счёт").first).to_be_visible()
    look(page)


def link(page: Page, portal: Portal) -> None:
    paid = last_payment(portal)
    page.goto("/personal-accounts/link/")
    look(page)
    page.get_by_label("Поставщик").select_option(label="Петербургская сбытовая компания")
    page.get_by_label("Номер лицевого счёта").fill(households.FREE_FLAT.replace("\\", "/"))
    paid_on = page.get_by_label("Дата последнего платежа")
    day = date.fromisoformat(paid["paid_on"])
    paid_on.fill(paid["paid_on"] if paid_on.get_attribute("type") == "date" else f"{day:%d.%m.%Y}")
    amount = Decimal(paid["amount"])
    page.get_by_label("Сумма последнего платежа").fill(str(amount + Decimal("0.01")))
    page.get_by_role("button", name="Сохранить", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    look(page)
    page.get_by_label("Сумма последнего платежа").fill(str(amount).replace(".", ","))
    page.get_by_label("Псевдоним").fill("Наша квартира")
    page.get_by_role("button", name="Сохранить", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Наша квартира")
    expect(page.get_by_text("Это ваш адрес?").first).to_be_visible()
    assert "кв. 12" not in page.content()
    look(page)
    page.get_by_role("button", name="Да", exact=True).click()


def choose_delivery(page: Page) -> None:
    page.get_by_role("link", name="Способ получения счёта").or_(page.get_by_role("link", name="Выбрать")).first.click()
    look(page)
    page.get_by_label("Получать бумажные счета", exact=True).check()
    page.get_by_role("button", name="Сохранить").click()
    page.goto("/personal-accounts/")
    expect(page.get_by_text("Получать бумажные счета").first).to_be_visible()
    look(page)


def look_at_the_meter(page: Page) -> None:
    page.goto("/readings/")
    look(page)
    page.get_by_role("link", name="счётчик №").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Информация о приборе учёта №")
    look(page)


def send_readings(page: Page, portal: Portal) -> None:
    values = {name: value + 120 for name, value in last_values(portal).items()}
    send(page, values)
    expect(page.get_by_role("heading", name="Принято").first).to_be_visible(timeout=15_000)
    look(page)


def answer_a_question(page: Page, portal: Portal) -> None:
    """Far too much is asked about, not refused; one tap says that it is right."""
    values = {name: value + 2_500 for name, value in last_values(portal).items()}
    send(page, values)
    expect(page.get_by_role("heading", name="Нужен ваш ответ")).to_be_visible(timeout=15_000)
    look(page)
    page.get_by_role("button", name="всё верно").first.click()
    expect(page.get_by_role("heading", name="Принято").first).to_be_visible()


def read_history(page: Page) -> None:
    page.goto("/history/")
    look(page)
    page.get_by_role("link", name="Все показания").first.click()
    expect(page.get_by_text("Сверка").first).to_be_visible()
    look(page)
    page.goto("/bills/")
    look(page)
    page.goto("/payments/")
    look(page)


def report_an_error(page: Page, portal: Portal, folder: Path) -> str:
    picture = folder / "act.png"
    Image.new("RGB", (64, 64), "white").save(picture)
    page.goto("/reports/new/")
    page.get_by_label("Неверные показания").or_(page.get_by_label("Причина")).first.wait_for()
    choice = page.get_by_label("Неверные показания")
    if choice.count():
        choice.check()
    else:
        page.get_by_label("Причина").select_option(label="Неверные показания")
    page.locator("textarea").fill("На счётчике другие цифры, фотография приложена.")
    page.locator("input[type=file]").set_input_files(picture)
    look(page)
    page.get_by_role("button", name="Отправить обращение").click()
    page.wait_for_url("**/reports/*/")
    number = unquote(page.url.rstrip("/").rsplit("/", 1)[-1])
    look(page)
    letter = wait_for_letter(portal, page)
    assert letter["subject"] == households.FREE_FLAT
    assert letter["attachments"] == ["act.png"]
    return number


def wait_for_letter(portal: Portal, page: Page) -> dict[str, object]:
    file = portal.folder / "emails.jsonl"
    for _ in range(100):
        if file.exists():
            lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            if lines:
                newest: dict[str, object] = lines[-1]
                return newest
        page.wait_for_timeout(150)
    raise AssertionError("the branch got no letter")


def staff_answers(browser: Browser, portal: Portal, number: str) -> None:
    context = browser.new_context(
        base_url=portal.url, viewport={"width": 1280, "height": 900}, locale="ru-RU", reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: note_complaint(complaints, message))
    page.goto("/admin/")
    page.locator("#id_username").fill(people.STAFF_PHONE)
    page.locator("#id_password").fill(people.STAFF_PASSWORD)
    page.locator("#id_otp_token").fill(people.current_staff_code(at=timezone.now()))
    page.locator("form [type=submit]").first.click()
    page.goto("/admin/support/errorreport/")
    look(page)
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("button", name="Взять").click()
    page.locator("form[action$='answer/'] textarea").fill("Показания исправлены, проверьте в «Истории».")
    page.get_by_role("button", name="Ответить").click()
    page.locator("form[action$='resolve/'] textarea").fill("Показания исправлены по фотографии.")
    look(page)
    page.get_by_role("button", name="Решено").click()
    expect(page.get_by_text("Обращение закрыто")).to_be_visible()
    assert complaints == []
    context.close()


def hear_the_answer(page: Page, number: str) -> None:
    page.goto("/notifications/")
    look(page)
    page.get_by_role("button", name=number).first.click()
    expect(page.get_by_text("Показания исправлены, проверьте").first).to_be_visible()
    look(page)


def look_around(page: Page) -> None:
    for path in ("/", "/payment/", "/more/", "/help/", "/tariffs/", "/branches/", "/reports/", "/documents/terms/"):
        page.goto(path)
        look(page)
    page.goto("/more/")
    page.get_by_role("button", name="Выйти").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Вход")
    look(page)
