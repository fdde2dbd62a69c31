"""The staff's desk and the resident's form in a real browser, under the strict policy."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Browser, Page, sync_playwright

from accounts.models import User
from billing.models import Link
from support.models import ErrorReport, ReplyTemplate
from tests.factories import PASSWORD
from tests.support import samples
from tests.support.test_staff_sign_in import code_of

CHROMIUM = shutil.which("chromium") or ""
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-dev-shm-usage"
)
PICTURES = os.environ.get("PICTURES", "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no chromium here: apt-get install chromium"),
]


@pytest.fixture(scope="module", autouse=True)
def _orm_beside_playwright() -> Iterator[None]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def tab(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A tab in which any complaint of the console, and so of the content policy, fails the test."""
    context = browser.new_context(base_url=live_server.url, locale="ru-RU", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(5000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    yield page
    context.close()
    assert not complaints


def picture(page: Page, name: str) -> None:
    """For whoever wants to look: PICTURES=folder pytest …"""
    if not PICTURES:
        return
    for scheme in ("light", "dark"):
        for width in (1280, 360):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(300)
            page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def assert_open_to_all(page: Page, within: str | None = None) -> None:
    """axe finds nothing on the page; of Django's own frame around staff pages only our part is judged."""
    page.wait_for_timeout(300)  # colours that are still moving are not judged
    found = Axe().run(page, context=within, options={"preload": False})
    assert not found.violations_count, found.generate_report()


def be(page: Page, live_server: Any, client: Any) -> None:
    cookie = client.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])


def test_a_resident_reports_and_staff_settle_it(
    tab: Page, live_server: Any, as_alice: Any, alices_flat: Link, staff: User, device: TOTPDevice, tmp_path: Path
) -> None:
    ReplyTemplate.objects.get_or_create(
        purpose="answer", title="Нужна фотография счётчика", defaults={"text": "Пришлите фотографию счётчика."}
    )
    act = tmp_path / "Акт допуска.pdf"
    act.write_bytes(samples.make_pdf())
    be(tab, live_server, as_alice)
    tab.goto(f"/reports/new/?account={alices_flat.pk}&reason=wrong_meter_info")
    assert_open_to_all(tab)
    picture(tab, "form")
    tab.get_by_role("button", name="Отправить обращение").click()
    assert tab.get_by_text("Напишите в двух словах, что случилось.").first.is_visible()
    assert_open_to_all(tab)
    picture(tab, "form-wrong")
    tab.get_by_label("Что не так").fill("<img src=x onerror=alert(1)> На счётчике другой номер.")
    tab.get_by_label("Файлы").set_input_files(act)
    tab.get_by_role("button", name="Отправить обращение").click()
    tab.get_by_text("Ждёт сотрудника.").wait_for()
    report = ErrorReport.objects.get()
    picture(tab, "report-new")

    desk = tab.context.browser.new_context(base_url=live_server.url, locale="ru-RU").new_page()  # type: ignore[union-attr]
    desk.set_default_timeout(5000)
    complaints: list[str] = []
    desk.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    desk.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    desk.goto("/admin/")
    assert_open_to_all(desk, "#content")
    picture(desk, "staff-login")
    desk.get_by_label("Телефон").fill("8 900 555-01-99")
    desk.get_by_label("Пароль").fill(PASSWORD)
    desk.get_by_label("Код").fill(code_of(device))
    desk.get_by_role("button", name="Войти").click()
    desk.get_by_role("heading", name="Очереди и справочники").wait_for()
    picture(desk, "staff-index")
    desk.goto("/admin/support/errorreport/")
    picture(desk, "staff-queue")
    desk.get_by_role("link", name=report.number).click()
    assert_open_to_all(desk, "#content")
    picture(desk, "staff-report")
    desk.get_by_role("button", name="Взять").click()
    desk.get_by_text("Обращение у вас.").wait_for()
    desk.get_by_label("Образец").first.select_option(label="Нужна фотография счётчика")
    assert "отографию счётчика" in desk.get_by_label("Ответ жителю").input_value()
    desk.get_by_role("button", name="Ответить").click()
    desk.get_by_text("Ответ отправлен").wait_for()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Акт допуска.pdf").click()
    assert download.value.suggested_filename == "Акт допуска.pdf"
    desk.get_by_role("button", name="Отклонить").click()
    desk.get_by_text("почему обращение отклонено").wait_for()
    assert_open_to_all(desk, "#content")
    picture(desk, "staff-report-wrong")
    desk.get_by_label("Что сделано или почему нет").fill("Сведения внесены.")
    desk.get_by_role("button", name="Решено").click()
    desk.get_by_text("Решено. Житель узнает об этом").wait_for()
    picture(desk, "staff-report-closed")
    desk.goto(reverse("admin:support_errorreport_history", args=[report.pk]))
    desk.goto("/admin/support/replytemplate/")
    assert not complaints
    desk.context.close()

    tab.reload()
    tab.get_by_text("Сведения внесены.").wait_for()
    assert_open_to_all(tab)
    picture(tab, "report-resolved")
    tab.get_by_label("Ваше сообщение").fill("Спасибо, но номер всё ещё прежний.")
    tab.get_by_role("button", name="Отправить и открыть снова").click()
    tab.get_by_text("Открыто снова").wait_for()
    tab.goto("/reports/")
    assert_open_to_all(tab)
    picture(tab, "list")
