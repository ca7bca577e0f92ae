"""The two other servers that a launcher talks to: one that tells its public address, and every machine's SSH port.

They deliberately do next to nothing: an address in a line of text, and a banner without a session behind it.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Thread

from . import LOOPBACK
from .web import Request, Response

_BANNER = b"SSH-2.0-OpenSSH_9.6 lab\r\n"
_OPEN_SECONDS = 0.2
_ADDRESS = "203.0.113.7"


class CheckIp:
    """Answers as https://checkip.amazonaws.com does."""

    def __init__(self) -> None:
        self.set()

    def set(self, address: str = _ADDRESS, status: int = 200) -> None:
        self._answer = (f"{address}\n", status)

    def __call__(self, _: Request) -> Response:
        return Response.text(*self._answer)


class SshPort:
    """One port for the machines all of which are at the loopback address; switched off it hangs up at once.

    The port stays bound either way, so that nobody else can take it meanwhile.
    """

    def __init__(self) -> None:
        self.on = True
        self._listener = socket.create_server((LOOPBACK, 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._listen, daemon=True).start()

    def switch(self, on: bool) -> None:
        self.on = on

    def _listen(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            Thread(target=self._greet, args=(connection,), daemon=True).start()

    def _greet(self, connection: socket.socket) -> None:
        # A client that leaves early is none of our business.
        with connection, suppress(OSError):
            if self.on:
                connection.sendall(_BANNER)
                time.sleep(_OPEN_SECONDS)
