"""A stand-in for Twilio's messages resource that does as it is told."""

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

ACCOUNT = "AC" + "0" * 32
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


@dataclass
class Gateway:
    """Takes SMS. `plan` holds what to do with the next ones: a status, "hang", or "drop" (taken, then silence)."""

    plan: deque[int | str] = field(default_factory=deque)
    asked: list[tuple[str, str]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                gateway.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the test tells what matters."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        typed = parse_qs(request.rfile.read(int(request.headers["Content-Length"])).decode())
        if request.path != PATH or set(typed) != {"To", "From", "Body"} or "Authorization" not in request.headers:
            self.strange.append(f"{request.path} {sorted(typed)}")
        self.asked.append((typed["To"][0], typed["Body"][0]))
        deed = self.plan.popleft() if self.plan else 201
        if deed == "hang":
            self.let_go.wait(30)
        if isinstance(deed, str):
            request.close_connection = True
            return
        answer: dict[str, object] = {"sid": f"SM{len(self.asked):032d}", "status": "queued"}
        if deed >= 400:
            answer = {"code": 20000 + deed, "message": "no", "status": deed}
        body = json.dumps(answer).encode()
        request.send_response(deed)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def end(self) -> None:
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()
