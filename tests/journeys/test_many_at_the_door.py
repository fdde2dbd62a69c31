"""The running portal under many requests at once (security.md S2, S3, S8, S12)."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import psycopg

from embedded_services.addresses import read_addresses
from tests.journeys.conftest import Portal

TYPED = {"password": "Yasnaya7zvezda", "terms": "on"}


class Browser:
    """Cookies, forms and nothing else."""

    def __init__(self, portal: Portal) -> None:
        self.url, self.jar = portal.url, CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.jar))

    def read_token(self, path: str) -> str:
        html = self._opener.open(self.url + path, timeout=30).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)
        assert token
        return token[1]

    def post(self, path: str, typed: dict[str, str], *, form_at: str = "") -> tuple[int, str]:
        body = urlencode({**typed, "csrfmiddlewaretoken": self.read_token(form_at or path)}).encode()
        try:
            answer = self._opener.open(self.url + path, body, timeout=30)
        except HTTPError as refused:
            return refused.code, refused.read().decode()
        return answer.status, answer.read().decode()


def test_of_two_hundred_wrong_codes_five_are_looked_at(portal: Portal) -> None:
    phone = "+79005559811"
    browser = Browser(portal)
    browser.post("/registration/", {"phone": phone, **TYPED})
    right = portal.read_code(phone)
    token = browser.read_token("/registration/code/")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.jar)

    def guess(number: int) -> str:
        code = f"{(int(right) + 1 + number) % 1_000_000:06d}"
        body = urlencode({"code": code, "csrfmiddlewaretoken": token}).encode()
        request = Request(f"{portal.url}/registration/code/", body, {"Cookie": cookies})
        try:
            return urlopen(request, timeout=60).read().decode()
        except HTTPError as refused:
            return str(refused.read().decode())

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(guess, range(200)))
    assert sum("Код не подошёл" in answer for answer in answers) == 5
    assert sum("больше не действует" in answer for answer in answers) == 195


def test_fifty_codes_sent_again_buy_twenty_guesses(portal: Portal) -> None:
    """S2: for a whole day, however often a code is asked for; the pauses between SMS are moved out of the way."""
    phone, browser = "+79005559855", Browser(portal)
    addresses = read_addresses(portal.folder)
    assert addresses
    answers = []
    with psycopg.connect(addresses.database_url, autocommit=True) as database:
        for number in range(50):
            database.execute(
                "UPDATE accounts_limitedact SET happened_at = happened_at - interval '2 days' WHERE kind LIKE 'sms-%'"
            )
            if number % 5:
                browser.post("/registration/code/resend/", {}, form_at="/registration/code/")
            else:
                browser.post("/registration/", {"phone": phone, **TYPED})
            answers.append(browser.post("/registration/code/", {"code": f"{number:06d}"})[1])
    assert [number for number, html in enumerate(answers) if "Код не подошёл" in html] == list(range(20))


def test_of_eighty_requests_for_one_phone_one_sms_leaves(portal: Portal) -> None:
    phone = "+79005559822"
    browsers = [Browser(portal) for _ in range(40)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda each: each.post("/registration/", {"phone": phone, **TYPED}), browsers))
        answers += list(pool.map(lambda each: each.post("/password-reset/", {"phone": phone}), browsers))
    assert [status for status, _ in answers].count(200) == 1
    assert sum("Новый код можно запросить через" in html for status, html in answers if status == 422) == 79
    assert portal.read_code(phone)
    sent = [json.loads(line)["to"] for line in portal.sms_file.read_text(encoding="utf-8").splitlines()]
    assert sent.count(phone) == 1


def test_from_a_thousand_forged_addresses_no_phone_is_bombed(portal: Portal) -> None:
    """S3, T6, T24: each asks for the same phone as if from elsewhere; the pause between codes holds for the phone."""
    phone, token = "+79005559844", "a" * 32
    body = urlencode({"phone": phone, **TYPED, "csrfmiddlewaretoken": token}).encode()

    def ask(number: int) -> int:
        headers = {"Cookie": f"csrf={token}", "X-Forwarded-For": f"198.18.{number // 256}.{number % 256}"}
        try:
            return int(urlopen(Request(f"{portal.url}/registration/", body, headers), timeout=60).status)
        except HTTPError as refused:
            return refused.code

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(1000)))
    assert answers.count(422) >= 992
    assert set(answers) <= {200, 422}
    assert portal.read_code(phone)
    sent = [json.loads(line)["to"] for line in portal.sms_file.read_text(encoding="utf-8").splitlines()]
    assert sent.count(phone) <= 8


def test_a_phone_with_a_cabinet_and_one_without_are_answered_alike(portal: Portal) -> None:
    def look(phone: str) -> list[tuple[int, str]]:
        browser = Browser(portal)
        seen = [
            browser.post("/sign-in/", {"phone": phone, "password": "Nepravilno7"}),
            browser.post("/registration/", {"phone": phone, **TYPED}),
            browser.post("/registration/code/", {"code": "000000"}),
        ]
        hidden = re.compile(
            r'name="csrfmiddlewaretoken" value="\w+"|\+7 \d{3} \d{3}-\d\d-\d\d|через \d+ с|countdown="\d+"'
        )
        return [(status, hidden.sub("", html).replace(phone, "")) for status, html in seen]

    assert look("+79215550142") == look("+79005559833")
