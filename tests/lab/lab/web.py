"""The one HTTP server of the lab: a request goes in as a value, a response comes out as a value.

It deliberately has no routing and no TLS, and requests are read whole, because every one of them is logged, hashed or
handed on whole. A response may come in chunks, for those that are to arrive badly.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote

from . import LOOPBACK
from .clock import CLOCK


class HangUp(Exception):
    """Close the connection without an answer."""


@dataclass
class Request:
    method: str
    target: str
    headers: Message
    body: bytes = b""

    @property
    def raw_path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def path(self) -> str:
        return unquote(self.raw_path)

    @property
    def query_string(self) -> str:
        return self.target.partition("?")[2]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.query_string, keep_blank_values=True))


@dataclass
class Response:
    """Chunks take the place of the body; `Content-Length` then says how many bytes they should come to, if known.

    One that closes is the last on its connection.
    """

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunks: Iterator[bytes] | None = None
    closes: bool = False

    @classmethod
    def text(cls, text: str, status: int = 200) -> Response:
        return cls(status, text.encode(), [("Content-Type", "text/plain")])

    @classmethod
    def json(cls, document: Any, status: int = 200) -> Response:
        return cls(status, json.dumps(document).encode(), [("Content-Type", "application/json")])

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


Handler = Callable[[Request], Response]


class Server:
    """Serves one handler on a free loopback port, a thread per connection, until it is closed."""

    def __init__(self, handler: Handler) -> None:
        self._http = _Http((LOOPBACK, 0), handler)
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._http.server_port}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: Handler) -> None:
        self.handler = handler
        super().__init__(address, _Exchange)

    def server_bind(self) -> None:
        # HTTPServer.server_bind asks DNS for this computer's name, which may take seconds.
        socket.socket.bind(self.socket, self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is an error of the lab's."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    server: _Http

    def _exchange(self) -> None:
        try:
            request = Request(self.command, self.path, self.headers, self._read_body())
            self._write(self.server.handler(request))
        except (HangUp, ConnectionError):
            self._hang_up()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = do_OPTIONS = _exchange

    def handle_expect_100(self) -> bool:
        self.send_response_only(100)
        self.end_headers()
        # Buffered, it would reach the client only after that has given up waiting for it.
        self.wfile.flush()
        return True

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((time.time() if timestamp is None else timestamp) + CLOCK.ahead)

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _read_chunks(self) -> bytes:
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def _write(self, response: Response) -> None:
        bodiless = response.status in (204, 304)
        self.send_response(response.status)
        for name, value in response.headers:
            if name.lower() not in ("content-length", "connection", "date", "server"):
                self.send_header(name, value)
        if response.closes:
            self.send_header("Connection", "close")
        told = response.header("Content-Length")
        if response.chunks is not None and told is None:
            self.send_header("Transfer-Encoding", "chunked")
        elif not bodiless:
            # The answer to a HEAD tells the length of a body that is not sent.
            promised = self.command == "HEAD" or response.chunks is not None
            self.send_header("Content-Length", told if promised and told else str(len(response.body)))
        self.end_headers()
        if not bodiless and self.command != "HEAD":
            if response.chunks is not None:
                self._write_chunks(response.chunks, told)
            else:
                self.wfile.write(response.body)
        self.wfile.flush()

    def _write_chunks(self, chunks: Iterator[bytes], told: str | None) -> None:
        """Each as soon as it is there; a length that was told and not kept ends the connection."""
        written = 0
        for chunk in chunks:
            self.wfile.write(chunk if told else b"%x\r\n%b\r\n" % (len(chunk), chunk))
            self.wfile.flush()
            written += len(chunk)
        if told is None:
            self.wfile.write(b"0\r\n\r\n")
        elif written != int(told):
            raise HangUp

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Quiet: the request log is the record."""
