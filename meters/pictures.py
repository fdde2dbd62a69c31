"""A picture is drawn anew, so its EXIF, and whatever else was hidden in the file, is gone (security.md A8, T19).

Pure: bytes in, bytes out. At most about 300 MB for a moment: the size is judged before anything is decoded.
"""

import warnings
import zlib
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS = 40_000_000
MAX_SIDE = 4096
"""Larger images are reduced to this: small print stays readable."""
QUALITY = 88
_ORIENTATION = 0x0112


class PictureBroken(Exception):
    """It cannot be decoded as a JPEG or PNG."""


class PictureTooLarge(Exception):
    """More than 40 million points."""


def redraw_picture(content: bytes, *, as_png: bool = False, max_side: int = MAX_SIDE) -> bytes:
    """Decode and encode again, upright, as JPEG unless told otherwise. Raises PictureBroken and PictureTooLarge."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(content), formats=("JPEG", "PNG"))
        if image.width * image.height > MAX_PIXELS:
            raise PictureTooLarge
        image.draft("RGB", (max_side, max_side))
        image.load()
        orientation = image.getexif().get(_ORIENTATION, 1)
        drawn = _reduce(image, max_side)
        drawn.getexif()[_ORIENTATION] = orientation
        drawn = ImageOps.exif_transpose(drawn)
        return _encode(drawn, as_png=as_png)
    except Image.DecompressionBombError as error:
        raise PictureTooLarge from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, LookupError, TypeError, ArithmeticError) as error:
        raise PictureBroken from error
    except zlib.error as error:
        raise PictureBroken from error


def _reduce(image: Image.Image, max_side: int) -> Image.Image:
    if image.mode in ("I", "I;16", "I;16B"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif image.mode in ("1", "P", "PA", "LA", "CMYK", "YCbCr", "LAB"):
        has_alpha = image.mode in ("PA", "LA") or "transparency" in image.info
        image = image.convert("RGBA" if has_alpha else "L" if image.mode == "1" else "RGB")
    image.thumbnail((max_side, max_side))
    return image


def _encode(image: Image.Image, *, as_png: bool) -> bytes:
    """Only the points are written: a new image carries no chunks, profiles or comments of the old one."""
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    encoded = BytesIO()
    if as_png:
        bare.save(encoded, "PNG", compress_level=6)
    else:
        bare.convert("L" if bare.mode == "L" else "RGB").save(encoded, "JPEG", quality=QUALITY)
    return encoded.getvalue()
