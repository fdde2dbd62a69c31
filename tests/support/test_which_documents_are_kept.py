"""Files as they come from the street. Pure: no database."""

import io
import resource
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from support.documents import Document, DocumentRefused, clean_name, read_document
from tests.support import samples

HONEST = [
    samples.make_image(),
    samples.make_image("PNG"),
    samples.make_pdf(),
    samples.make_pdf_that_opens_with("JavaScript", JS="1"),
]
HOSTILE = samples.hostile_files()
WORDS = ("Приложите", "Выберите", "Сохраните", "Снимите", "Назовите", "Напечатайте", "нужен PDF")


@pytest.mark.parametrize("case", HOSTILE)
def test_refuses_a_hostile_file_and_says_what_to_do(case: str) -> None:
    name, content = HOSTILE[case]
    with pytest.raises(DocumentRefused) as refusal:
        read_document(name, content)
    assert clean_name(name) in str(refusal.value)
    assert any(word in str(refusal.value) for word in WORDS)


@pytest.mark.parametrize(
    ("name", "content", "kept_as"),
    [
        ("акт.pdf", samples.make_pdf(), "акт.pdf"),
        ("АКТ.PDF", samples.make_pdf(), "АКТ.pdf"),
        ("снимок.jpeg", samples.make_image(), "снимок.jpg"),
        ("на самом деле png.jpg", samples.make_image("PNG"), "на самом деле png.png"),
        ("скан.png", samples.make_image("PNG", mode="1"), "скан.png"),
        ("палитра.png", samples.make_image("PNG", mode="P"), "палитра.png"),
        ("прозрачный.png", samples.make_image("PNG", mode="RGBA"), "прозрачный.png"),
        ("шестнадцать бит.png", samples.make_image("PNG", mode="I;16"), "шестнадцать бит.png"),
        ("печать.jpg", samples.make_image(mode="CMYK"), "печать.jpg"),
        ("большой.jpg", samples.make_image(size=(8000, 4900)), "большой.jpg"),
    ],
)
def test_keeps_an_honest_file(name: str, content: bytes, kept_as: str) -> None:
    document = read_document(name, content)
    assert document.name == kept_as
    assert document.content


def test_a_photo_loses_its_place_but_stands_upright() -> None:
    document = read_document("фото.jpg", samples.make_photo_with_place())
    picture = Image.open(io.BytesIO(document.content))
    assert picture.size == (40, 60)
    assert not dict(picture.getexif())
    assert b"secret" not in document.content


def test_what_hangs_behind_a_picture_is_gone() -> None:
    for content in (samples.make_image(), samples.make_image("PNG")):
        document = read_document("a.jpg", content + samples.SCRIPT + samples.make_zip())
        assert b"script" not in document.content
        assert b"PK\x03\x04" not in document.content


def test_a_large_picture_is_made_smaller_without_taking_the_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    document = read_document("скан.png", samples.make_image("PNG", size=(7000, 5700)))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert max(Image.open(io.BytesIO(document.content)).size) == 4096
    assert grown < 300


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Документы\\акт.pdf", "акт.pdf"),
        ("акт.pdf\r\nSet-Cookie: a=b", "акт.pdf Set-Cookie_ a=b"),
        ("\u202efdp.exe", "fdp.exe"),
        ("а\u200bк\u2066т.pdf", "акт.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ('a"; filename="b.html', "a__ filename=_b.html"),
        ("", "документ"),
        ("....", "документ"),
        (".pdf", "pdf"),
        ("  акт   допуска .pdf", "акт допуска.pdf"),
    ],
)
def test_a_name_is_cleaned(typed: str, clean: str) -> None:
    assert clean_name(typed) == clean


@given(st.text(max_size=400))
def test_a_name_is_always_short_and_plain(typed: str) -> None:
    name = clean_name(typed)
    assert 0 < len(name) <= 110
    assert name.isprintable()
    assert not set(name) & set('\\/<>:"|?*%;')


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_file_is_kept_or_refused_but_never_breaks_the_page(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(HONEST)))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=6))
    with suppress(DocumentRefused):
        document = read_document("a.pdf", bytes(content))
        assert isinstance(document, Document)
