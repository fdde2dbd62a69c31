"""How the demo's resident comes in, on a device the portal has seen before."""

from typing import Any

from playwright.sync_api import Browser, Page, expect

from portal.demo import people
from tests.journeys.conftest import Portal

SESSION = "session"


def get_to_know(browser: Browser, portal: Portal) -> list[Any]:
    """Come in once with the code of the SMS; returns the cookies by which the device is known from then on."""
    context = browser.new_context(base_url=portal.url, locale="ru-RU")
    page = context.new_page()
    page.goto("/sign-in/?next=/readings/")
    type_password(page)
    page.get_by_label("Код подтверждения").fill(portal.read_code(people.RESIDENT_PHONE))
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Показания")
    cookies = [cookie for cookie in context.cookies() if cookie["name"] != SESSION]
    context.close()
    return cookies


def type_password(page: Page) -> None:
    page.get_by_label("Телефон").fill(people.RESIDENT_PHONE)
    page.get_by_label("Пароль", exact=True).fill(people.RESIDENT_PASSWORD)
    page.get_by_role("button", name="Войти").click()


def come_in(page: Page) -> None:
    """To «Показания»."""
    page.goto("/sign-in/?next=/readings/")
    type_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Показания")
