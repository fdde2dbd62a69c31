"""A resident in the cellar: the form opens without a network, keeps what was typed, and sends it once there is one."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.journeys.conftest import Portal
from tests.journeys.line import Line
from tests.journeys.residents import SESSION, come_in, get_to_know, type_password
from tests.journeys.test_from_registration_to_the_answer import look

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def known_device(browser: Browser, portal: Portal) -> list[Any]:
    return get_to_know(browser, portal)


@pytest.fixture
def line(portal: Portal) -> Iterator[Line]:
    line = Line(int(portal.url.rsplit(":", 1)[1]))
    yield line
    line.close()


@pytest.fixture
def phone(browser: Browser, line: Line, known_device: list[Any]) -> Iterator[Page]:
    """A phone that talks over the line; what its console complains of, but for the line itself, fails the test."""
    context = browser.new_context(
        base_url=line.url, viewport={"width": 390, "height": 844}, locale="ru-RU", reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    context.add_cookies(known_device)
    page = context.new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        expected = "net::ERR" in message.text or "status of 422" in message.text  # a slip is answered so
        if message.type == "error" and not line.is_cut and not expected:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def wait_for_the_worker(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def come_back(page: Page, line: Line) -> None:
    """The network is there again, and the browser says so to the page; a background sync may be quicker than it."""
    line.mend()
    page.evaluate("window.dispatchEvent(new Event('online'))")


def first_meter(page: Page) -> Locator:
    return page.locator("[data-meter]").filter(has=page.locator("[data-usage]")).first


def type_a_little_more(page: Page, more: int = 7) -> dict[str, str]:
    """Into the scales of the first meter; returns what was typed by field."""
    typed = {}
    meter = first_meter(page)
    if meter.locator("details:not([open]) > summary").count():
        meter.locator("details > summary").first.click()
    for scale in meter.locator("[data-usage]").all():
        value = str(int(float(scale.get_attribute("data-previous") or 0)) + more)
        field = scale.locator("input")
        field.fill(value)
        typed[str(field.get_attribute("name"))] = value
    return typed


def alter_kept(page: Page, store: str, change: str) -> None:
    """Change every row that the phone keeps: `change` is JavaScript over `row`."""
    page.evaluate(
        """([store, change]) => new Promise((done) => {
          const asked = indexedDB.open("readings");
          asked.onsuccess = () => {
            const transaction = asked.result.transaction(store, "readwrite");
            const cursor = transaction.objectStore(store).openCursor();
            cursor.onsuccess = () => {
              if (!cursor.result) return;
              cursor.result.update(Object.assign(cursor.result.value, change));
              cursor.result.continue();
            };
            transaction.oncomplete = () => { asked.result.close(); done(); };
          };
        })""",
        [store, json.loads(change)],
    )


def kept(page: Page, state: str) -> Locator:
    return page.locator(f"[data-sending={state}]")


def test_what_was_typed_without_a_network_is_sent_when_it_is_back(phone: Page, line: Line) -> None:
    come_in(phone)
    wait_for_the_worker(phone)
    line.cut()
    phone.goto("/readings/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Показания без связи")
    look(phone)
    type_a_little_more(phone)
    phone.get_by_role("button", name="Сохранить и передать").click()
    expect(kept(phone, "waiting")).to_contain_text("Сохранено на телефоне, ещё не передано")
    look(phone)
    phone.reload()
    expect(kept(phone, "waiting")).to_have_count(1)
    expect(phone.get_by_role("button", name="Передать сейчас")).to_be_visible()
    come_back(phone, line)
    expect(kept(phone, "sent")).to_contain_text(re.compile("Передано, № .+ Войдут в счёт за"))
    look(phone)
    phone.get_by_role("link", name="Посмотреть").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Показания отправлены")


def test_a_form_sent_as_the_line_broke_is_kept_and_arrives_once(phone: Page, line: Line) -> None:
    come_in(phone)
    wait_for_the_worker(phone)
    key = phone.locator("input[name=key]").get_attribute("value")
    type_a_little_more(phone, 9)
    line.cut()
    phone.get_by_role("button", name="Передать показания").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Показания без связи")
    expect(kept(phone, "waiting")).to_have_count(1)
    assert [
        value for value in phone.locator("[data-usage] input").evaluate_all("all => all.map(i => i.value)") if value
    ] == []
    line.mend()
    phone.goto("/readings/")
    phone.wait_for_url(f"**/readings/{key}/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Показания отправлены")


def test_an_ended_session_wants_a_sign_in_and_then_it_goes_on(phone: Page, line: Line) -> None:
    come_in(phone)
    wait_for_the_worker(phone)
    line.cut()
    phone.goto("/readings/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Показания без связи")
    type_a_little_more(phone, 11)
    phone.get_by_role("button", name="Сохранить и передать").click()
    expect(kept(phone, "waiting")).to_have_count(1)
    phone.context.clear_cookies(name=SESSION)
    come_back(phone, line)
    expect(kept(phone, "sign_in")).to_contain_text("Нужен вход")
    look(phone)
    phone.get_by_role("link", name="Войти").click()
    type_password(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Показания отправлены")


def test_signing_out_leaves_nothing_on_the_phone(phone: Page, line: Line) -> None:
    come_in(phone)
    wait_for_the_worker(phone)
    phone.goto("/more/")
    phone.get_by_role("button", name="Выйти").last.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Вход")
    known = """() => import("/static/js/offline/sendings.js").then(() => self.sendings.getKnown())"""
    assert phone.evaluate(known) is None
    assert phone.evaluate("Object.keys(localStorage)") == []
    assert phone.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_signing_out_says_first_what_would_be_lost(phone: Page, line: Line) -> None:
    come_in(phone)
    wait_for_the_worker(phone)
    phone.goto("/more/")
    phone.evaluate(
        """() => import("/static/js/offline/sendings.js")
            .then(() => self.sendings.keep({ key: crypto.randomUUID(), owner: "one", values: { "value-1": "1" } }))"""
    )
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    phone.once("dialog", stay)
    phone.get_by_role("button", name="Выйти").last.click()
    phone.wait_for_timeout(300)
    assert "ещё не переданы" in asked[0]
    assert phone.url.endswith("/more/")


def test_a_new_worker_takes_the_place_of_the_old_one_with_its_files(phone: Page, line: Line) -> None:
    come_in(phone)
    wait_for_the_worker(phone)
    names = "() => caches.keys()"
    (before,) = phone.evaluate(names)
    phone.context.route(
        "**/service-worker.js",
        lambda route: route.fulfill(
            response=(answer := route.fetch()), body=answer.text().replace(before.removeprefix("portal-"), "another")
        ),
    )
    phone.evaluate("navigator.serviceWorker.getRegistration().then(one => one.update())")
    phone.wait_for_function("() => caches.keys().then(names => names.join() === 'portal-another')")


def test_a_slip_kept_without_a_network_comes_back_into_the_form(phone: Page, line: Line) -> None:
    come_in(phone)
    wait_for_the_worker(phone)
    line.cut()
    phone.goto("/readings/")
    typed = type_a_little_more(phone, 10**9)
    phone.get_by_role("button", name="Сохранить и передать").click()
    expect(kept(phone, "waiting")).to_have_count(1)
    come_back(phone, line)
    expect(kept(phone, "check")).to_contain_text("Слишком много цифр")
    look(phone)
    phone.goto("/readings/")
    expect(kept(phone, "check")).to_contain_text("Проверьте")
    for field, value in typed.items():
        expect(phone.locator(f"input[name='{field}']")).to_have_value(value)
    phone.reload()
    expect(kept(phone, "check")).to_have_count(0)
    expect(phone.locator(f"input[name='{next(iter(typed))}']")).to_have_value(next(iter(typed.values())))


def test_another_resident_on_the_phone_sees_nothing_of_the_one_before(phone: Page, line: Line) -> None:
    come_in(phone)
    wait_for_the_worker(phone)
    phone.evaluate("localStorage.setItem('owner', 'somebody else')")
    alter_kept(phone, "known", '{"owner": "somebody else"}')
    phone.goto("/more/")
    phone.wait_for_function("() => localStorage.getItem('owner') !== 'somebody else'")
    line.cut()
    phone.goto("/readings/")
    expect(phone.get_by_text("Здесь пока нет ваших счётчиков")).to_be_visible()
    look(phone)


def test_who_comes_straight_to_readings_after_another_has_his_form_in_the_cellar(phone: Page, line: Line) -> None:
    come_in(phone)
    wait_for_the_worker(phone)
    phone.evaluate("localStorage.setItem('owner', 'somebody else')")
    alter_kept(phone, "known", '{"owner": "somebody else"}')
    phone.reload()
    phone.wait_for_function("() => localStorage.getItem('owner') !== 'somebody else'")
    expect(phone.locator("[data-offline-ready].is-ready")).to_be_visible()
    line.cut()
    phone.goto("/readings/")
    expect(first_meter(phone)).to_be_visible()


def test_figures_of_long_ago_are_not_sent_as_those_of_today(phone: Page, line: Line) -> None:
    come_in(phone)
    wait_for_the_worker(phone)
    line.cut()
    phone.goto("/readings/")
    type_a_little_more(phone, 9)
    phone.get_by_role("button", name="Сохранить и передать").click()
    expect(kept(phone, "waiting")).to_have_count(1)
    alter_kept(phone, "sendings", '{"savedAt": 1700000000000}')
    come_back(phone, line)
    expect(kept(phone, "check")).to_contain_text("записаны давно")


def test_a_phone_without_room_says_so_and_keeps_what_was_typed_in_sight(phone: Page, line: Line) -> None:
    come_in(phone)
    wait_for_the_worker(phone)
    line.cut()
    phone.goto("/readings/")
    typed = type_a_little_more(phone)
    full = "() => { throw new DOMException('no room', 'QuotaExceededError'); }"
    phone.evaluate(f"IDBObjectStore.prototype.put = {full}; null")
    phone.get_by_role("button", name="Сохранить и передать").click()
    expect(phone.locator("[data-summary]")).to_contain_text("Телефон не сохранил цифры")
    for field, value in typed.items():
        expect(phone.locator(f"input[name='{field}']")).to_have_value(value)
