"""Typing readings in a real browser: each suggestion taken with one tap, by keyboard alone, pasted, and never lost."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import Portal, note_complaint
from tests.journeys.residents import come_in, get_to_know
from tests.journeys.test_from_registration_to_the_answer import look

pytestmark = pytest.mark.browser
FLAT, WATER, DACHA = "Квартира", "Холодная вода", "Домик в Ёлочке"


@pytest.fixture(scope="module")
def known_device(browser: Browser, portal: Portal) -> list[Any]:
    return get_to_know(browser, portal)


@pytest.fixture
def readings(browser: Browser, portal: Portal, known_device: list[Any]) -> Iterator[Page]:
    """«Показания» on a phone. Anything the console complains of fails the test."""
    context = browser.new_context(
        base_url=portal.url, viewport={"width": 390, "height": 844}, locale="ru-RU", reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    context.add_cookies(known_device)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: note_complaint(complaints, message))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    come_in(page)
    yield page
    context.close()
    assert complaints == []


def scales_of(page: Page, title: str) -> list[Locator]:
    card = page.locator("[data-meter]").filter(has=page.get_by_role("heading", name=title, exact=True))
    for change in card.locator("details:not([open]) > summary").all():
        change.click()
    return card.locator("[data-usage]").all()


def was(scale: Locator) -> Decimal:
    return Decimal(scale.get_attribute("data-previous") or "0")


def send(page: Page) -> None:
    page.get_by_role("button", name="Передать показания").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Показания отправлены")


def accepted(page: Page) -> None:
    expect(page.get_by_role("heading", name="Принято").first).to_be_visible(timeout=15_000)


def test_swapped_zones_are_exchanged_with_one_tap(readings: Page) -> None:
    day, night = scales_of(readings, FLAT)
    values = [was(day) + 60, was(night) + 30]
    day.locator("input").fill(f"{values[1]:.0f}")
    night.locator("input").fill(f"{values[0]:.0f}")
    expect(day.locator("[data-usage-output]")).to_contain_text("меньше прошлого")
    send(readings)
    swap = readings.get_by_role("button", name="Да, поменять")
    expect(swap).to_be_visible(timeout=15_000)
    look(readings)
    swap.click()
    accepted(readings)


def test_a_lost_point_is_found_again_with_one_tap(readings: Page) -> None:
    (scale,) = scales_of(readings, WATER)
    meant = was(scale) + 4
    scale.locator("input").fill(f"{meant:.2f}".replace(".", ""))
    send(readings)
    button = readings.get_by_role("button", name=f"Да, {meant:.2f}".replace(".", ","))
    expect(button).to_be_visible(timeout=15_000)
    look(readings)
    button.click()
    accepted(readings)


def test_the_value_of_another_meter_goes_there_with_one_tap(readings: Page) -> None:
    (water,) = scales_of(readings, WATER)
    (dacha,) = scales_of(readings, DACHA)
    dacha.locator("input").fill(f"{was(water) + 5:.0f}")
    send(readings)
    button = readings.get_by_role("button", name="Да, записать счётчику №")
    expect(button).to_be_visible(timeout=15_000)
    look(readings)
    button.click()
    accepted(readings)
    expect(readings.get_by_text(WATER).first).to_be_visible()


def test_by_keyboard_alone(readings: Page) -> None:
    day, night = scales_of(readings, FLAT)
    typed = [f"{was(day) + 61:.0f}", f"{was(night) + 31:.0f}"]
    readings.locator("body").press("Tab")
    for scale, value in ((day, typed[0]), (night, typed[1])):
        tab_to(readings, scale.locator("input"))
        readings.keyboard.press("ControlOrMeta+a")
        readings.keyboard.type(value)
    readings.keyboard.press("Enter")
    expect(readings.get_by_role("heading", level=1)).to_have_text("Показания отправлены")
    accepted(readings)
    drums = ["".join(text.split()) for text in readings.locator(".scale-drum").all_inner_texts()]
    assert all(value in drum for value, drum in zip(typed, drums, strict=True)), drums


def tab_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """The way of somebody without a mouse; each stop is seen."""
    for _ in range(most):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(f"document.activeElement.matches('a, button, summary, input') ? {outline} : 'none'") != ""
    raise AssertionError("the field cannot be reached by Tab")


def test_what_is_pasted_is_read_as_a_number(readings: Page) -> None:
    (scale,) = scales_of(readings, WATER)
    field = scale.locator("input")
    field.fill("")
    field.evaluate(
        """element => {
          const data = new DataTransfer();
          data.setData("text", "Показание: 00\u00a0453.120 м³");
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          element.dispatchEvent(event);
        }"""
    )
    expect(field).to_have_value("00453,120")
    assert field.get_attribute("inputmode") == "decimal"
    expect(scale.locator("[data-usage-output]")).to_contain_text("м³")


def test_what_was_typed_comes_back_after_a_reload_and_not_to_somebody_else(readings: Page) -> None:
    (scale,) = scales_of(readings, DACHA)
    value = f"{was(scale) + 17:.0f}"
    scale.locator("input").fill(value)
    readings.reload()
    (scale,) = scales_of(readings, DACHA)
    expect(scale.locator("input")).to_have_value(value)
    (name,) = readings.evaluate("Object.keys(localStorage).filter(name => name.startsWith('draft:'))")
    assert readings.locator("html").get_attribute("data-owner") in name


def test_one_zone_that_did_not_change_is_filled_in_alone(readings: Page) -> None:
    day, night = scales_of(readings, FLAT)
    day.locator("input").fill("1")
    night.get_by_role("button", name="не изменилось").click()
    expect(night.locator("input")).to_have_value(f"{was(night):.0f}")
    expect(day.locator("input")).to_have_value("1")
