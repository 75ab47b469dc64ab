"""Where a server of ours listens: who can reach it, and whether the address is free."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from ipaddress import ip_address

from ilk.errors import FileTrouble


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def taken(host: str, port: int) -> socket.socket:
    """A socket bound to an address, which does not listen yet; closing it gives the address back.

    Raises:
        FileTrouble: If the address cannot be taken.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = found[0]
        with ExitStack() as opened:
            bound = opened.enter_context(socket.socket(family, kind))
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            opened.pop_all()
    except OSError as error:
        raise FileTrouble(
            f"The address {host}:{port} cannot be taken", got=error.strerror or str(error), do="name another --port"
        ) from None
    return bound
