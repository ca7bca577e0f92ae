"""Latency and faults on demand, by service, action, region and parameters.

It deliberately draws no chances: a disturbance strikes the next matching calls, so a test sees the same each time.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from threading import Lock

from .calls import Call
from .errors import AwsError
from .faults import Faults
from .web import HangUp, Response

KINDS = ("throttle", "error", "lost-answer", "late-answer", "drop", "hang", "corrupt")
_THROTTLES = {
    "ec2": (503, "RequestLimitExceeded", "Request limit exceeded."),
    "s3": (503, "SlowDown", "Please reduce your request rate."),
    "ssm": (400, "ThrottlingException", "Rate exceeded"),
    "servicequotas": (400, "TooManyRequestsException", "Rate exceeded"),
}


@dataclass
class Fault:
    """`times` counts down to nothing, None strikes until it is cleared; `params` must be those of the call.

    `of_ten`: of every ten calls of an operation in a region, as EC2 counts them, it strikes so many, in a row.
    `spare`: so many of those that it is meant for pass before. `changes`: it is meant for calls that change something.
    """

    kind: str
    action: str = "*"
    service: str | None = None
    region: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    times: int | None = None
    of_ten: int = 10
    spare: int = 0
    changes: bool = False
    status: int = 500
    code: str = "InternalError"
    message: str = "An internal error has occurred"
    ms: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        self._met: Counter[tuple[str, str, str]] = Counter()
        self._spared = 0

    def strikes(self, call: Call) -> bool:
        is_meant = (
            self.action in ("*", call.action)
            and self.service in (None, call.service)
            and self.region in (None, call.region)
            and self.params.items() <= call.params.items()
            and (call.mutating or not self.changes)
            and self.times != 0
        )
        if not is_meant:
            return False
        if self._spared < self.spare:
            self._spared += 1
            return False
        operation = (call.service, call.action, call.region)
        self._met[operation] += 1
        return (self._met[operation] - 1) % 10 < self.of_ten

    def before(self, call: Call) -> None:
        """What it does before the call is done."""
        if self.kind == "throttle":
            raise AwsError(*_THROTTLES.get(call.service, (400, "Throttling", "Rate exceeded")))
        if self.kind == "error":
            raise AwsError(self.status, self.code, self.message)
        if self.kind == "drop":
            raise HangUp
        if self.kind == "hang":
            time.sleep(self.ms / 1000)

    def after(self, response: Response) -> Response:
        """What it does when the call is done and not yet answered."""
        if self.kind == "lost-answer":
            raise HangUp
        if self.kind == "late-answer":
            time.sleep(self.ms / 1000)
        if self.kind == "corrupt" and response.body:
            response = replace(response, body=response.body[:-1] + bytes([response.body[-1] ^ 1]))
        return response


class Disturbances:
    def __init__(self) -> None:
        self.faults = Faults(Fault)
        self._lock = Lock()
        self._latency_ms: dict[str, int] = {}

    def set_latency(self, ms: int, action: str = "*") -> None:
        with self._lock:
            self._latency_ms[action] = ms

    def clear(self) -> None:
        self.faults.clear()
        with self._lock:
            self._latency_ms.clear()

    def delay(self, call: Call) -> None:
        """Wait as long as calls of this action are to take; an action's own figure goes before that of all."""
        with self._lock:
            ms = self._latency_ms.get(call.action, self._latency_ms.get("*", 0))
        time.sleep(ms / 1000)
