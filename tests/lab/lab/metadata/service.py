"""One machine's metadata service: session tokens, the tree, and misbehaviour on demand.

It deliberately counts no hops, so a container sees what its machine sees.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from ..web import HangUp, Request, Response
from . import tree

if TYPE_CHECKING:
    from ..ec2.machine import Machine

NOTICES = ("spot/instance-action", "events/recommendations/rebalance")
_OPTIONS = {"HttpTokens": ("optional", "required"), "HttpEndpoint": ("enabled", "disabled")}
_LONGEST_SESSION_SECONDS = 21600
_TTL = "X-aws-ec2-metadata-token-ttl-seconds"
_TOKEN = "X-aws-ec2-metadata-token"


class MetadataService:
    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._lock = Lock()
        self._sessions: dict[str, float] = {}
        self._notices: dict[str, str] = {}
        self._failing: tuple[int, int] = (0, 0)
        self._hang_ms = 0

    def __call__(self, request: Request) -> Response:
        """As EC2's own, one answer to a connection: `Connection: close` is in every capture of it."""
        return replace(self._answer(request), closes=True)

    def _answer(self, request: Request) -> Response:
        self._misbehave()
        if self._machine.state in ("terminated", "stopped"):
            raise HangUp
        if (status := self._next_failure()) is not None:
            return _refusal(status)
        if self._machine.metadata_options.http_endpoint == "disabled":
            return _refusal(403)
        path = request.path.rstrip("/")
        if path == "/latest/api/token":
            return self._open_session(request)
        return self._read(request, path)

    def set_notice(self, path: str, notice: Any) -> None:
        """A document that the machine is to find there; None takes it away."""
        if path not in NOTICES:
            raise ValueError(f"a notice is at one of {', '.join(NOTICES)}")
        with self._lock:
            self._notices.pop(path, None)
            if notice is not None:
                self._notices[path] = json.dumps(notice)

    def set_misbehaviour(self, hang_ms: int = 0, status: int = 500, times: int = 0) -> None:
        """Wait so long before each answer, and answer the next `times` requests with that status."""
        with self._lock:
            self._hang_ms, self._failing = hang_ms, (status, times)

    def set_options(self, **options: str) -> None:
        """As ModifyInstanceMetadataOptions would: {"HttpTokens": "optional"}."""
        for name, value in options.items():
            if value not in _OPTIONS.get(name, ()):
                raise ValueError(f"options are {_OPTIONS}")
        if "HttpTokens" in options:
            self._machine.metadata_options.http_tokens = options["HttpTokens"]
        if "HttpEndpoint" in options:
            self._machine.metadata_options.http_endpoint = options["HttpEndpoint"]

    def _misbehave(self) -> None:
        time.sleep(self._hang_ms / 1000)

    def _next_failure(self) -> int | None:
        with self._lock:
            status, times = self._failing
            self._failing = (status, max(times - 1, 0))
            return status if times > 0 else None

    def _open_session(self, request: Request) -> Response:
        if request.method != "PUT":
            return _refusal(405)
        if "X-Forwarded-For" in request.headers:
            return _refusal(403)
        asked = request.headers.get(_TTL, "")
        if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked) <= _LONGEST_SESSION_SECONDS:
            return _refusal(400)
        token = secrets.token_urlsafe(40)
        with self._lock:
            self._sessions[token] = time.monotonic() + int(asked)
        return Response(200, token.encode(), [("Content-Type", "text/plain"), (_TTL, asked)])

    def _read(self, request: Request, path: str) -> Response:
        with self._lock:
            ends = self._sessions.get(request.headers.get(_TOKEN, ""))
            notices = dict(self._notices)
        left = (ends or 0.0) - time.monotonic()
        if _TOKEN in request.headers or self._machine.metadata_options.http_tokens != "optional":
            if left <= 0:
                return _refusal(401)
        if request.method not in ("GET", "HEAD"):
            return _refusal(405)
        found = tree.read(tree.grow(self._machine, notices), path)
        if found is None:
            return _refusal(404)
        of_session = [(_TTL, str(int(left)))] if left > 0 else []
        return Response(200, found, [("Content-Type", "text/plain"), *of_session])


def _refusal(status: int) -> Response:
    return Response(status, b"", [("Content-Type", "text/plain")])
