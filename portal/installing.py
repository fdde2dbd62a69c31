"""What makes the portal an application on a phone: the manifest and the service worker, both at the root."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

WORKER, SENDINGS = "js/offline/worker.js", "js/offline/sendings.js"
KEPT = (
    "css/app.css",
    "fonts/golos-text-400.woff2",
    "fonts/golos-text-500.woff2",
    "fonts/golos-text-700.woff2",
    "img/favicon.svg",
    "js/joined.js",
    SENDINGS,
)
"""All that the form needs to open without a network."""


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """The web application's manifest (W3C Web Application Manifest)."""
    icons = [("192", "any"), ("512", "any"), ("512", "maskable")]
    facts = {
        "id": "/",
        "name": "Личный кабинет жителя",
        "short_name": "Кабинет",
        "description": "Показания, счета и оплата коммунальных услуг.",
        "lang": "ru",
        "dir": "ltr",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f7f5f0",
        "theme_color": "#14304f",
        "categories": ["utilities"],
        "icons": [
            {
                "src": static(f"img/icon-{'maskable-' if purpose == 'maskable' else ''}{side}.png"),
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": purpose,
            }
            for side, purpose in icons
        ],
        "shortcuts": [
            {"name": "Передать показания", "short_name": "Показания", "url": reverse("meters:reading_form")},
            {"name": "История показаний", "short_name": "История", "url": reverse("meters:history")},
        ],
    }
    response = JsonResponse(facts, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Served from the root, so that its scope is the whole portal; a browser asks for it anew each time."""
    response = HttpResponse(write_worker(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@lru_cache
def write_worker() -> str:
    """The worker's source after the facts it goes by. Its version is the fingerprint of everything it keeps."""
    shell = reverse("meters:offline_form")
    facts = {
        "version": _fingerprint((WORKER, *KEPT), render_to_string("meters/offline_form.html")),
        "shell": shell,
        "form": reverse("meters:reading_form"),
        "kept": [shell, *sorted({static(name) for name in KEPT})],
    }
    source = _read(WORKER).decode()
    return f"self.portal = {json.dumps(facts)};\nimportScripts({json.dumps(static(SENDINGS))});\n{source}"


def _fingerprint(names: tuple[str, ...], shell: str) -> str:
    digest = hashlib.sha256(shell.encode())
    for name in names:
        digest.update(_read(name))
    return digest.hexdigest()[:16]


def _read(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found).read_bytes()
