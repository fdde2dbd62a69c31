"""The tests reach this machine alone (`--allow-hosts`): what the portal would call outside fails them (P7, 13.2.4)."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_a_call_to_anybody_else_is_refused() -> None:
    with socket.socket() as line, pytest.raises(SocketConnectBlockedError):
        line.connect(("192.0.2.1", 443))
