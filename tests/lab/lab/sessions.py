"""Session Manager: sessions are opened on the machines that control has connected, and closed again.

It deliberately carries nothing: what the address of a session's stream leads to is the discard port of this computer.
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html
"""

from __future__ import annotations

import secrets
from typing import Any

from . import LOOPBACK
from .calls import Call
from .errors import AwsError
from .web import Response

ACTIONS = ("StartSession", "TerminateSession")
_SHELL = "SSM-SessionManagerRunShell"
_DOCUMENTS = (_SHELL, "AWS-StartInteractiveCommand", "AWS-StartNonInteractiveCommand", "AWS-StartSSHSession")


class Sessions:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._connected: set[str] = set()
        self._open: dict[str, str] = {}

    def connect(self, machine_id: str, connected: bool) -> None:
        """Whether the machine's own SSM Agent has reached Session Manager."""
        (self._connected.add if connected else self._connected.discard)(machine_id)

    def start(self, call: Call) -> dict[str, Any]:
        target = _text(call, "Target")
        if target not in self._connected or not _runs(target):
            raise AwsError(400, "TargetNotConnected", f"{target} is not connected.")
        if (document := call.params.get("DocumentName", _SHELL)) not in _DOCUMENTS:
            raise AwsError(400, "InvalidDocument", f"Document with name {document} does not exist.")
        if not all(isinstance(values, list) for values in call.params.get("Parameters", {}).values()):
            raise AwsError(400, "ValidationException", "Parameters are lists of texts")
        session = f"lab-{secrets.token_hex(9)[:17]}"
        self._open[session] = target
        return {
            "SessionId": session,
            "TokenValue": secrets.token_urlsafe(48),
            "StreamUrl": f"wss://{LOOPBACK}:9/v1/data-channel/{session}?role=publish_subscribe",
        }

    def terminate(self, call: Call) -> dict[str, Any]:
        session = _text(call, "SessionId")
        if self._open.pop(session, None) is None:
            raise AwsError(400, "DoesNotExistException", f"Session {session} does not exist.")
        return {"SessionId": session}


SESSIONS = Sessions()


def answer_sessions(call: Call) -> Response:
    answer = SESSIONS.start(call) if call.action == "StartSession" else SESSIONS.terminate(call)
    response = Response.json(answer)
    response.headers = [("Content-Type", "application/x-amz-json-1.1")]
    return response


def _runs(machine_id: str) -> bool:
    from .views import find_machine

    try:
        return find_machine(machine_id).state == "running"
    except LookupError:
        return False


def _text(call: Call, name: str) -> str:
    value = call.params.get(name)
    if not isinstance(value, str) or not value:
        raise AwsError(400, "ValidationException", f"1 validation error detected: '{name}' must not be null")
    return value
