"""Pieces of an Atom feed (RFC 4287) as text: enough for what is only written, never read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from meters.exports.cells import strip_control

ATOM = "http://www.w3.org/2005/Atom"
ESPI = "http://naesb.org/espi"


def write_element(tag: str, body: str | int, *, xmlns: str = "") -> str:
    """An element around what is XML already (text) or a number."""
    opening = f"{tag} xmlns={quoteattr(xmlns)}" if xmlns else tag
    return f"<{opening}>{body}</{tag}>" if body != "" else f"<{opening}/>"


def begin_feed(identity: UUID, title: str, at: datetime) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns={quoteattr(ATOM)}>'
        f"{_head(identity, title, at)}<author><name>Портал жителя</name></author>\n"
    )


def end_feed() -> str:
    return "</feed>\n"


def write_entry(
    identity: UUID, path: str, title: str, at: datetime, content: str, *, related: Sequence[str] = ()
) -> str:
    """An entry that names itself, what it belongs to and what belongs to it by the paths of ESPI."""
    links = [("self", path), ("up", path.rpartition("/")[0]), *(("related", each) for each in related)]
    written = "".join(f"<link rel={quoteattr(rel)} href={quoteattr(href)}/>" for rel, href in links)
    return f'<entry>{_head(identity, title, at)}{written}<content type="application/xml">{content}</content></entry>\n'


def _head(identity: UUID, title: str, at: datetime) -> str:
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = escape(strip_control(title))
    return f"<id>urn:uuid:{identity}</id><title>{shown}</title><updated>{moment}</updated>"
