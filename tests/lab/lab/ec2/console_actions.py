"""GetConsoleOutput: what control has written on a machine's console, nothing at first.

It deliberately knows no posted output that lags behind the latest: both are the whole text, or its last 64 KB.
"""

from __future__ import annotations

import base64
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models.instance_types import INSTANCE_TYPES

from ..errors import AwsError

_KEPT_BYTES = 64 * 1024


class ConsoleActions:
    """Mixed into the answers of EC2, of which it uses the parameters and the backend."""

    def get_console_output(self: Any) -> ActionResult:
        machine = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        self.error_on_dryrun()
        if self._get_param("Latest", False) and _is_xen(machine.instance_type):
            raise AwsError(
                400, "UnsupportedOperation", "This instance type does not support retrieving the latest console logs."
            )
        answer: dict[str, Any] = {"InstanceId": machine.id, "Timestamp": utcnow()}
        if machine.console:
            answer["Output"] = base64.b64encode(machine.console.encode()[-_KEPT_BYTES:]).decode()
        return ActionResult(answer)


def _is_xen(instance_type: str) -> bool:
    return INSTANCE_TYPES[instance_type].get("Hypervisor") == "xen"
