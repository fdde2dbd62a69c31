"""What holds for every address of the portal."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from billing.models import Link
from tests.pages import PageClient

OPEN = {
    "accounts:sign_in",
    "accounts:sign_out",
    "accounts:registration",
    "accounts:registration_code",
    "accounts:registration_resend",
    "accounts:password_reset",
    "accounts:password_reset_code",
    "accounts:password_reset_resend",
    "accounts:document_detail",
    "billing:branch_list",
    "billing:tariff_list",
    "demo_messages",
    "help",
    "livez",
    "manifest",
    "meters:calendar_file",
    "meters:offline_form",
    "more",
    "readyz",
    "second_factors:passkey_confirm",
    "second_factors:passkey_confirm_request",
    "second_factors:passkey_request",
    "second_factors:passkey_sign_in",
    "second_factors:sign_in_confirm",
    "second_factors:sign_in_resend",
    "service_worker",
}
EXAMPLES = {
    "int": "1",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "str": "2611-000001-1",
    "slug": "terms",
    "path": "x",
}


def walk(patterns: list[URLPattern | URLResolver], route: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, here, inner)
        else:
            yield f"{namespace}{pattern.name}", "/" + here


def fill(route: str) -> str:
    parts = []
    for part in route.split("<"):
        if ">" in part:
            kind, rest = part.split(">", 1)
            parts.append(EXAMPLES[kind.split(":")[0] if ":" in kind else "str"] + rest)
        else:
            parts.append(part)
    return "".join(parts)


ROUTES = {name: fill(route) for name, route in walk(get_resolver().url_patterns) if not route.startswith("/admin")}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(ROUTES) - OPEN))
def test_wants_a_sign_in(page: PageClient, name: str) -> None:
    for answer in (page.get(ROUTES[name]), page.post(ROUTES[name])):
        assert answer.status_code == 302, name
        assert answer.url.startswith("/sign-in/"), name


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(ROUTES) - OPEN))
def test_a_stranger_finds_nothing_of_anothers(as_charlie: PageClient, alices_flat: Link, name: str) -> None:
    """Every address with an id of Алиса's row, or of none, is answered like a missing one."""
    if "<" not in dict(walk(get_resolver().url_patterns))[name]:
        pytest.skip("no row in this address")
    route = ROUTES[name].replace("/1/", f"/{alices_flat.pk}/")
    assert as_charlie.get(route).status_code in (404, 405), name
    assert as_charlie.post(route).status_code in (400, 404, 405), name


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(ROUTES) & OPEN - {"livez", "readyz"}))
def test_carries_the_headers_of_a_careful_house(page: PageClient, name: str) -> None:
    headers = page.get(ROUTES[name]).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_private_pages_are_kept_by_no_cache(as_alice: PageClient) -> None:
    assert as_alice.get("/").headers["Cache-Control"] == "no-store"


def test_every_open_page_is_known() -> None:
    """A new page is behind the sign-in, or somebody has said here that it is not."""
    assert OPEN - set(ROUTES) <= {"demo_messages"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", [route for _, route in walk(get_resolver().url_patterns) if route.startswith("/admin")]
)
def test_the_staffs_rooms_are_closed_to_residents(page: PageClient, as_alice: PageClient, path: str) -> None:
    for client in (page, as_alice):
        answer = client.get(fill(path))
        assert answer.status_code in (302, 404) or "login" in path, path
        if answer.status_code == 302:
            assert answer.url.startswith(("/admin/login/", "/admin/", "/sign-in/")), answer.url
