"""Latency and faults on demand, by service, action, region and parameters.

It deliberately draws no chances: a disturbance strikes the next matching calls, so a test sees the same each time.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any

from .calls import Call
from .errors import AwsError
from .web import HangUp

KINDS = ("throttle", "error", "lost-answer", "drop", "hang")
_THROTTLES = {
    "ec2": (503, "RequestLimitExceeded", "Request limit exceeded."),
    "s3": (503, "SlowDown", "Please reduce your request rate."),
    "ssm": (400, "ThrottlingException", "Rate exceeded"),
    "servicequotas": (400, "TooManyRequestsException", "Rate exceeded"),
}


@dataclass
class Fault:
    """`times` counts down to nothing, None strikes until it is cleared; `params` must be those of the call."""

    kind: str
    action: str = "*"
    service: str | None = None
    region: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    times: int | None = None
    status: int = 500
    code: str = "InternalError"
    message: str = "An internal error has occurred"
    ms: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")

    def strikes(self, call: Call) -> bool:
        return (
            self.action in ("*", call.action)
            and self.service in (None, call.service)
            and self.region in (None, call.region)
            and self.params.items() <= call.params.items()
            and self.times != 0
        )

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

    def after(self) -> None:
        """What it does when the call is done and not yet answered."""
        if self.kind == "lost-answer":
            raise HangUp


class Disturbances:
    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []
        self._latency_ms: dict[str, int] = {}

    def set_latency(self, ms: int, action: str = "*") -> None:
        with self._lock:
            self._latency_ms[action] = ms

    def add(self, **description: Any) -> None:
        """A further fault; the members are those of `Fault`."""
        fault = Fault(**description)
        with self._lock:
            self._faults.append(fault)

    def faults(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def clear_faults(self) -> None:
        with self._lock:
            self._faults.clear()

    def clear(self) -> None:
        self.clear_faults()
        with self._lock:
            self._latency_ms.clear()

    def delay(self, call: Call) -> None:
        """Wait as long as calls of this action are to take; an action's own figure goes before that of all."""
        with self._lock:
            ms = self._latency_ms.get(call.action, self._latency_ms.get("*", 0))
        time.sleep(ms / 1000)

    def strike(self, call: Call) -> Fault | None:
        """The first fault that is meant for this call, counted down."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.strikes(call)), None)
            if fault and fault.times is not None:
                fault.times -= 1
            return fault
