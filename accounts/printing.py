"""PDFs that a screen reader can read (PDF/UA-1), set by typst in the portal's own typeface."""

import json
from collections.abc import Mapping
from pathlib import Path

import typst

FONTS = Path(__file__).parent / "pdf" / "fonts"
_FINE = {*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x410, 0x450), 0x401, 0x451, *map(ord, "–—‘’“”„•…№−₽\n")}


def print_pdf(template: Path, facts: Mapping[str, object]) -> bytes:
    """Set a template; the facts reach it as JSON in `sys.inputs.facts`."""
    return typst.compile(
        template,
        root=template.parent,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
        pdf_standards=["ua-1"],
    )


def keep_fine(text: str) -> str:
    """Letters the typeface has; a page with a sign nobody could draw is no accessible PDF."""
    return "".join(letter if ord(letter) in _FINE else "?" for letter in text)
