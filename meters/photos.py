"""A photo of a meter's register: what may be sent, and how it is made small and bare. Pure."""

from meters.pictures import PictureBroken, PictureTooLarge, redraw_picture

MAX_BYTES = 10 * 1024 * 1024
MAX_SIDE = 2048
"""Digits of a register stay readable, and a photo weighs some 400 KB."""
MOST = 3
"""Photos of one submission."""
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheif")


class PhotoRefused(Exception):
    """The photo is not kept; the message tells the resident why and what to do."""


def read_photo(content: bytes) -> bytes:
    """The photo as a fresh JPEG, without its EXIF. Raises PhotoRefused."""
    if not content:
        raise PhotoRefused("Файл пустой. Снимите счётчик ещё раз.")
    if len(content) > MAX_BYTES:
        raise PhotoRefused("Снимок больше 10 МБ. Снимите счётчик с меньшим качеством.")
    if content[4:12] in _HEIC:
        raise PhotoRefused("Снимок в формате HEIC. Сохраните его как JPEG и приложите снова.")
    if not content.startswith(_SIGNATURES):
        raise PhotoRefused("Это не снимок: нужен JPEG или PNG.")
    try:
        return redraw_picture(content, max_side=MAX_SIDE)
    except PictureTooLarge as error:
        raise PhotoRefused("Снимок больше 40 миллионов точек. Снимите счётчик с меньшим качеством.") from error
    except PictureBroken as error:
        raise PhotoRefused("Снимок не открывается: файл повреждён. Снимите счётчик ещё раз.") from error
