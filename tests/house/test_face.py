"""The face holds: one joined style sheet, readable colours, drawings that exist, nothing inline."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management.base import CommandError
from django.test import Client

from portal.icons import ICONS
from portal.management.commands import join_css, join_js

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    path for folder in [ROOT / "templates", *ROOT.glob("*/templates")] for path in folder.rglob("*.html")
)
# What is written, and on what: names of tokens.
PAIRS = [
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "lamp-soft"),
    ("ink", "good-soft"),
    ("ink", "bad-soft"),
    ("ink", "info-soft"),
    ("ink", "sunk"),
    ("soft", "paper"),
    ("soft", "card"),
    ("soft", "sunk"),
    ("link", "paper"),
    ("link", "card"),
    ("link", "lamp-soft"),
    ("primary-ink", "primary"),
    ("primary-ink", "primary-hover"),
    ("night-ink", "night"),
    ("night-soft", "night"),
    ("lamp-ink", "lamp-soft"),
    ("good", "card"),
    ("good", "paper"),
    ("good-ink", "good-soft"),
    ("bad", "card"),
    ("bad", "paper"),
    ("bad-ink", "bad-soft"),
    ("bad-ink", "card"),
    ("info-ink", "info-soft"),
]
# Edges and marks need less: WCAG 1.4.11.
EDGES = [("edge", "card"), ("edge", "paper"), ("focus", "paper"), ("focus", "card"), ("good-mark", "card")]


def read_tokens(theme: str) -> dict[str, str]:
    text = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    light, dark = re.findall(r"color-scheme: (?:light|dark);(.*?)\}", text, re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", light))
    return found if theme == "light" else found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", dark))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(sign * 2 for sign in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("written", "on"), PAIRS)
def test_words_can_be_read(theme: str, written: str, on: str) -> None:
    tokens = read_tokens(theme)
    assert contrast(tokens[written], tokens[on]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "on"), EDGES)
def test_edges_can_be_seen(theme: str, edge: str, on: str) -> None:
    tokens = read_tokens(theme)
    assert contrast(tokens[edge], tokens[on]) >= 3


def test_both_dark_themes_are_the_same() -> None:
    text = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    by_device, by_choice = re.findall(r"color-scheme: dark;(.*?)\}", text, re.DOTALL)
    assert by_device.split() == by_choice.split()


def test_joined_style_sheet_is_fresh() -> None:
    assert join_css.JOINED.read_text(encoding="utf-8") == join_css.join_css()


def test_every_component_is_joined() -> None:
    source = join_css.SOURCE.read_text(encoding="utf-8")
    components = {path.name for path in (join_css.FOLDER / "components").glob("*.css")}
    assert components == set(re.findall(r'"components/([\w-]+\.css)"', source))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_has_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


def test_every_icon_asked_for_is_drawn() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    asked = set(re.findall(r'\{% icon "([\w-]+)" %\}', text)) | set(re.findall(r'\bicon="([\w-]+)"', text))
    assert asked
    assert asked <= set(ICONS)


def test_joined_script_is_fresh() -> None:
    assert join_js.JOINED.read_text(encoding="utf-8") == join_js.join_js()


def test_a_form_the_joining_does_not_know_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app.js").write_text('import all from "./other.js";\n', encoding="utf-8")
    monkeypatch.setattr(join_js, "FOLDER", tmp_path)
    with pytest.raises(CommandError, match="does not know"):
        join_js.join_js()


def test_every_behaviour_has_its_module() -> None:
    folder = ROOT / "static/js"
    loaded = set(re.findall(r'import\("\./([\w-]+\.js)"\)', (folder / "app.js").read_text(encoding="utf-8")))
    # Taken in by others, joined from all, or asked for by pages of the staff.
    others = {"app.js", "costs.js", "joined.js", "numbers.js", "reply-template.js", "slider.js", "staff-keys.js"}
    assert loaded == {path.name for path in folder.glob("*.js")} - others


def test_styles_and_scripts_come_packed_without_being_built(client: Client) -> None:
    plain = client.get("/static/css/app.css")
    packed = client.get("/static/css/app.css", headers={"accept-encoding": "br, gzip"})
    size = len(b"".join(plain))  # type: ignore[arg-type]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(b"".join(packed)) * 4 < size  # type: ignore[arg-type]
    font = client.get("/static/fonts/golos-text-400.woff2", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in font.headers
    since = {"accept-encoding": "gzip", "if-modified-since": plain.headers["Last-Modified"]}
    assert client.get("/static/css/app.css", headers=since).status_code == 304
