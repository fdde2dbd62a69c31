"""A client that examines every page it fetches: what a person and a screen reader need must be there."""

from collections import Counter
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts import sessions

LABELLED = {"input", "select", "textarea"}
VOID = {"input", "img", "br", "hr", "meta", "link", "source", "wbr"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.labels_for: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.references: list[tuple[str, str]] = []
        self.inline: list[str] = []
        self.headings: list[str] = []
        self.title = ""
        self.lang = ""
        self.links: list[str] = []
        self._label_depth = 0
        self._described_groups: list[bool] = []
        self._reading: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag == "html":
            self.lang = values.get("lang") or ""
        if tag == "fieldset":
            self._described_groups.append(bool(values.get("aria-describedby")))
        if tag == "label":
            self._label_depth += 1
            if values.get("for"):
                self.labels_for.add(str(values["for"]))
        if tag in LABELLED and values.get("type") not in {"hidden", "submit", "button"}:
            described = values.get("aria-describedby") or any(self._described_groups)
            self.controls.append(
                {
                    **values,
                    "inside_label": "1" if self._label_depth else None,
                    "described": "1" if described else None,
                }
            )
        for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
            self.references += [(name, target) for target in (values.get(name) or "").split()]
        if "style" in values or any(name.startswith("on") for name in values) or tag == "style":
            self.inline.append(tag)
        if tag == "script" and not values.get("src") and values.get("type") != "application/json":
            self.inline.append(tag)
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        if tag == "h1":
            self.headings.append("")
            self._reading = "h1"
        elif tag == "title" and not self.title:
            self._reading = "title"

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset":
            self._described_groups.pop()
        if tag == "label":
            self._label_depth -= 1
        if tag == self._reading:
            self._reading = None

    def handle_data(self, data: str) -> None:
        if self._reading == "h1":
            self.headings[-1] += data
        elif self._reading == "title":
            self.title += data


def examine(html: str) -> _Page:
    """Raise AssertionError when the page lacks what every page must have."""
    page = _Page()
    page.feed(html)
    assert page.lang == "ru", "the page does not say its language"
    assert len(page.headings) == 1, f"one h1 is wanted, found {page.headings}"
    heading, title = (" ".join(text.split()) for text in (page.headings[0], page.title))
    assert heading, "the h1 is empty"
    assert title.startswith(heading), f"the title «{title}» does not begin with the h1 «{heading}»"
    doubled = [name for name, count in Counter(page.ids).items() if count > 1]
    assert not doubled, f"ids stand twice: {doubled}"
    for control in page.controls:
        named = (
            control.get("id") in page.labels_for
            or control.get("inside_label")
            or control.get("aria-label")
            or control.get("aria-labelledby")
        )
        assert named, f"a field has no label: {control.get('name')}"
        if control.get("aria-invalid") == "true":
            assert control.get("described"), f"the error of {control.get('name')} is not linked to it"
    missing = [(name, target) for name, target in page.references if target not in page.ids]
    assert not missing, f"references lead nowhere: {missing}"
    assert not page.inline, f"inline style or script: {page.inline}"
    return page


class PageClient(Client):
    """Django's client; HTML pages are examined as they come."""

    def have_typed_password(self) -> None:
        """As if the one signed in had typed the password this moment: important pages do not ask again (S15)."""
        session = self.session
        session[sessions.PASSWORD_AT] = timezone.now().timestamp()
        session.save()

    def request(self, **request: Any) -> HttpResponse:
        response = super().request(**request)
        is_html = response.headers.get("Content-Type", "").startswith("text/html")
        is_fragment = request.get("HTTP_HX_REQUEST") or b"<html" not in getattr(response, "content", b"")[:400].lower()
        is_admin = str(request.get("PATH_INFO", "")).startswith("/admin/")
        if is_html and not is_fragment and not is_admin and response.status_code != 302:
            response.examined = examine(response.content.decode())
        return response
