"""What templates use to draw the face: icons, the drum, bars, and figures in words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from portal import charts, formats
from portal.icons import ICONS

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a line icon; it only accompanies words, so a screen reader passes over it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(ICONS[name]),  # noqa: S308 - the drawings are the portal's own
    )


@register.filter
def money(value: object) -> str:
    """«3 412,80 ₽»."""
    amount = formats.read_decimal(value)
    return "" if amount is None else formats.format_money(amount)


@register.filter
def reading(value: object, places: int | None = None) -> str:
    """«12 896», «47,12»; with an argument exactly so many digits after the comma."""
    number = formats.read_decimal(value)
    return "" if number is None else formats.format_number(number, places=places)


@register.filter
def plural_ru(number: int, forms: str) -> str:
    """The word that fits the number: ``{{ n|plural_ru:"день,дня,дней" }}``."""
    # By way of text: a lazy number has no int() of its own.
    return formats.choose_plural(int(str(number)), forms)


@register.filter
def counted_ru(number: int, forms: str) -> str:
    """The number with its word: «2 дня»."""
    word = plural_ru(number, forms)
    return f"{number}{formats.NO_BREAK_SPACE}{word}"


@register.filter
def day_ru(value: date | None) -> str:
    """«20 октября»."""
    return "" if value is None else formats.format_day(value)


@register.filter
def day_year_ru(value: date | None) -> str:
    """«20 октября 2026»."""
    return "" if value is None else formats.format_day_year(value)


@register.filter
def month_ru(value: date | None) -> str:
    """«октябрь 2026»."""
    return "" if value is None else formats.format_month(value)


@register.filter
def moment_ru(value: datetime | None) -> str:
    """«20 октября, 14:05» in the portal's time zone."""
    return "" if value is None else formats.format_moment(value)


@register.filter
def phone_ru(value: object) -> str:
    """«+7 921 555-01-42»."""
    return "" if value is None else formats.format_phone(str(value))


@register.filter
def headed(text: str) -> SafeString:
    """A published text as it was written, its numbered lines («2. Кто может войти») as headings."""
    blocks = [block.splitlines() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())]
    drawn = []
    for first, *rest in blocks:
        is_heading = re.match(r"\d+\.\s", first) and not first.endswith((".", ";", ":"))
        lines = rest if is_heading else [first, *rest]
        if is_heading:
            drawn.append(format_html("<h2>{}</h2>", first))
        if lines:
            drawn.append(
                format_html("<p>{}</p>", format_html_join(mark_safe("<br>"), "{}", [(line,) for line in lines]))
            )
    return SafeString("".join(drawn))


@register.inclusion_tag("_drum.html")
def drum(value: object, left: int = 6, right: int = 0, *, small: bool = False) -> dict[str, Any]:
    """Show a reading as the meter shows it; read aloud it is an ordinary number."""
    number = formats.read_decimal(value)
    return {
        "cells": formats.draw_drum(number, left=int(left), right=int(right)),
        "text": "" if number is None else formats.format_number(number),
        "small": small,
    }


@register.simple_tag
def drum_cells(widget: Mapping[str, Any]) -> list[formats.DrumCell]:
    """The windows behind a drum field, by the ``data-left`` and ``data-right`` of its widget."""
    attrs = widget["attrs"]
    return formats.draw_drum(
        widget.get("value"),
        left=int(attrs.get("data-left", 6)),
        right=int(attrs.get("data-right", 0)),
    )


@register.simple_tag
def bars(rows: Sequence[Mapping[str, Any]]) -> charts.Chart:
    """The rectangles of a bar chart; the rows are described in ``portal.charts``."""
    return charts.draw_bars(rows)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The present query string with some keys changed; ``None`` takes a key away."""
    request: HttpRequest = context["request"]
    params = request.GET.copy()
    for key, value in changes.items():
        if value is None:
            params.pop(key, None)
        else:
            params[key] = str(value)
    return f"?{params.urlencode()}" if params else "?"


@register.simple_tag
def has_errors(forms: Iterable[BaseForm]) -> bool:
    """Whether any of the forms of a page has something to put right."""
    return any(form.errors for form in forms)


@register.filter
def names_the_field(field: BoundField, error: str) -> str:
    """An error for the summary: with the label before it, unless the words themselves say which field is meant."""
    label = str(field.label or "")
    if not label or isinstance(field.field.widget, CheckboxInput):
        return error
    is_plain = "," not in label  # «Ночь, ЛС …»: one of many alike, always named
    return error if is_plain and formats.speaks_of(error, label) else f"{label}: {error}"


@register.filter
def marks_required(field: BoundField) -> bool:
    """Whether a field wears the star: only where the form has fields one may leave empty too."""
    others = [other.field for other in field.form.visible_fields() if not isinstance(other.field.widget, CheckboxInput)]
    within_another = getattr(field.form, "marks_every_required", False)
    return bool(field.field.required) and (within_another or not all(other.required for other in others))
