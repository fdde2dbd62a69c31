"""The portal as an application: its manifest, its pictures, its worker."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from portal.installing import KEPT, write_worker
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


def test_the_manifest_names_pictures_of_the_sizes_it_says(page: PageClient) -> None:
    answer = page.get("/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    icons = answer.json()["icons"]
    assert {icon["purpose"] for icon in icons} == {"any", "maskable"}
    for icon in icons:
        with Image.open(Path(settings.BASE_DIR) / icon["src"].lstrip("/")) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_the_worker_is_asked_for_anew_and_rules_the_whole_portal(page: PageClient) -> None:
    answer = page.get("/service-worker.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "/readings/offline/" in answer.content.decode()


def test_every_script_the_worker_keeps_finds_what_it_takes_in() -> None:
    folder = Path(settings.BASE_DIR) / "static"
    for name in (name for name in KEPT if name.endswith(".js")):
        file = folder / name
        for wanted in re.findall(r'^import (?:.+ from )?"(.+)";', file.read_text(encoding="utf-8"), re.MULTILINE):
            assert str((file.parent / wanted).resolve().relative_to(folder)) in KEPT, (name, wanted)


def test_the_worker_keeps_only_files_that_exist_and_its_version_follows_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from portal import installing

    before = write_worker()
    assert all(f"/static/{name}" in before for name in KEPT)
    read = installing._read
    monkeypatch.setattr(installing, "_read", lambda name: read(name) + b" ")
    write_worker.cache_clear()
    after = write_worker()
    write_worker.cache_clear()
    assert before.splitlines()[0] != after.splitlines()[0]


def test_other_words_on_the_form_make_another_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell is kept like its files: with the same worker a phone would show the former words for ever."""
    from portal import installing

    before = write_worker()
    render = installing.render_to_string
    monkeypatch.setattr(installing, "render_to_string", lambda name: render(name).replace("без связи", "в подвале"))
    write_worker.cache_clear()
    after = write_worker()
    write_worker.cache_clear()
    assert before.splitlines()[0] != after.splitlines()[0]
