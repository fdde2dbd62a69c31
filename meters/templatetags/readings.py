"""What the pages of readings look up."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.forms import BaseForm, BoundField

from meters.cards import ReadingCard
from meters.forms import ReadingsForm

register = template.Library()


@register.simple_tag
def drum_field(form: BaseForm, name: str) -> BoundField:
    """The drum of one scale: fields of this form are named by their scales."""
    return form[name]


@register.simple_tag
def lookup(values: Mapping[int, Any], key: int) -> Any:
    return values.get(key)


@register.filter
def span_ru(hours: str) -> str:
    """«07:00–23:00»: a span has its own dash."""
    return hours.replace("-", "–")


@register.simple_tag
def is_touched(form: ReadingsForm, card: ReadingCard) -> bool:
    """Whether something stands in the fields of a meter."""
    return form.is_touched(card)
