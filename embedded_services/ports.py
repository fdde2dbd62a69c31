"""Ports for the embedded servers."""

import random
import socket

from embedded_services.errors import EmbeddedServicesError

# Below the range from which the kernel takes ports for outgoing connections (32768 and up).
PORTS = range(20_000, 32_000)
HOST = "127.0.0.1"


def is_port_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen on the port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def find_free_port() -> int:
    """A port on which nobody listens, chosen at random."""
    for port in random.sample(PORTS, k=200):
        if is_port_free(port):
            return port
    msg = f"No free port between {PORTS.start} and {PORTS.stop}."
    raise EmbeddedServicesError(msg)
