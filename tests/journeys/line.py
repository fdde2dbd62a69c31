"""The line between a browser and the portal, which can be cut and mended."""

import selectors
import socket
import threading
from contextlib import suppress

CHUNK = 65_536


class Line:
    """Passes bytes on to a port of this machine. Cut, it drops what is open and answers nobody."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: set[socket.socket] = set()
        self.is_cut = False
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._take_calls, daemon=True).start()

    def cut(self) -> None:
        self.is_cut = True
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.is_cut = False

    def close(self) -> None:
        self.cut()
        self._door.close()

    def _take_calls(self) -> None:
        while True:
            try:
                caller, _ = self._door.accept()
            except OSError:
                return
            if self.is_cut:
                caller.close()
                continue
            threading.Thread(target=self._talk, args=(caller,), daemon=True).start()

    def _talk(self, caller: socket.socket) -> None:
        with caller, socket.create_connection(("127.0.0.1", self._port)) as portal, selectors.DefaultSelector() as ears:
            ends = {caller: portal, portal: caller}
            self._open |= set(ends)
            for end in ends:
                ears.register(end, selectors.EVENT_READ)
            with suppress(OSError):
                while all(self._pass_on(key.fileobj, ends) for key, _ in ears.select()):
                    pass
            self._open -= set(ends)

    def _pass_on(self, end: object, ends: dict[socket.socket, socket.socket]) -> bool:
        assert isinstance(end, socket.socket)
        heard = end.recv(CHUNK)
        if heard:
            ends[end].sendall(heard)
        return bool(heard)
