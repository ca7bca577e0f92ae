"""A machine that takes time to start, stop and end, and tells why it did.

It deliberately runs nothing: user data is kept, not executed.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models.instances import Instance, InstanceState, StateReason

from .. import LOOPBACK
from .timing import TIMING

_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
_USER = StateReason("Client.UserInitiatedShutdown: User initiated shutdown", "Client.UserInitiatedShutdown")
_ITSELF = StateReason(
    "Client.InstanceInitiatedShutdown: Instance initiated shutdown", "Client.InstanceInitiatedShutdown"
)


class Machine(Instance):
    def __init__(self, ec2_backend: Any, image_id: str, *arguments: Any, **named: Any) -> None:
        self._devices = {device["DeviceName"]: device["Ebs"] for device in named.get("block_device_mappings") or []}
        self.launch_parameters: dict[str, str] = {}
        self._console: str | Path = ""
        self.hibernated = False
        self.capacity_reservation_id: str | None = None
        self.capacity_reservation_specification: dict[str, Any] = {"CapacityReservationPreference": "open"}
        super().__init__(ec2_backend, image_id, *arguments, **named)
        zone = ec2_backend.get_zone_by_name(self._placement.zone)
        self._placement.availability_zone_id = zone and zone.zone_id
        for nic in self.nics.values():
            nic.delete_on_termination = self._ends_with_machine(nic, named.get("nics") or [])
            nic.ipv6_addresses = nic.ipv6_addresses or self._ipv6_addresses(nic, named.get("nics") or [])
        # A machine that named its groups on the interface, or none at all, is shown with the interface's.
        self.security_groups = self.security_groups or list(self.nics[0]._group_set)
        self._enter("pending", "running", TIMING.pending_ms)

    # Moto writes the state when it is done with a change; here it follows from the clock, so writes are not kept.

    @property
    def _state(self) -> InstanceState:
        name = self._next if time.monotonic() >= self._arrives else self._first
        return InstanceState(name, _CODES[name])

    @_state.setter
    def _state(self, state: InstanceState) -> None:
        self._enter(state.name, state.name, 0)

    def _enter(self, first: str, then: str, after_ms: int) -> None:
        self._first, self._next = first, then
        self._entered = datetime.now(timezone.utc)
        self._takes = timedelta(milliseconds=after_ms)
        self._arrives = time.monotonic() + self._takes.total_seconds()

    @property
    def state_since(self) -> datetime:
        """The moment from which on it is in its state."""
        return self._entered + self._takes if self.state == self._next else self._entered

    @property
    def state_reason(self) -> StateReason | None:
        if self.state == "pending":
            return StateReason("pending", "pending")
        return self._state_reason if self._state_reason.code else None

    @state_reason.setter
    def state_reason(self, reason: StateReason) -> None:
        self._state_reason = reason

    @property
    def gone(self) -> bool:
        """Whether the machine is ending or has ended."""
        return self.state in ("shutting-down", "terminated")

    def start(self) -> InstanceState:
        before = super().start()
        self.hibernated = False
        if before.name != "running":
            self._enter("pending", "running", TIMING.pending_ms)
        return before

    def stop(self) -> InstanceState:
        return self._stop(_USER)

    def terminate(self) -> InstanceState:
        return self._terminate(_USER)

    def power_off(self) -> None:
        """The operating system shut down; termination protection does not stand against that."""
        if self.instance_initiated_shutdown_behavior == "terminate":
            self._terminate(_ITSELF)
        else:
            self._stop(_ITSELF)

    def die_at_start(self, code: str, message: str) -> None:
        """Instead of running it ends, for this reason."""
        self._terminate(StateReason(f"{code}: {message}" if message else code, code))
        self._enter("pending", "terminated", TIMING.pending_ms)

    @property
    def console(self) -> str:
        if isinstance(self._console, str):
            return self._console
        # A machine that really runs may not have begun to write.
        return self._console.read_text(errors="replace") if self._console.exists() else ""

    def write_console(self, text: str = "", file: str | None = None) -> None:
        """The console holds this text now, in the place of what it held, or what is in the file at any time."""
        self._console = text if file is None else Path(file)

    def move_to(self, address: str) -> None:
        """Its public address is this one from now on, until it is started again."""
        if not self.public_ip:
            raise ValueError(f"{self.id} has no public address")
        self.nics[0].public_ip = str(ip_address(address))

    def _stop(self, reason: StateReason) -> InstanceState:
        before = super().stop()
        if before.name not in ("stopping", "stopped"):
            self._enter("stopping", "stopped", TIMING.ending_ms)
            self._explain(reason)
        return before

    def _terminate(self, reason: StateReason) -> InstanceState:
        before = self._state
        if not self.gone:
            super().terminate()
            self._enter("shutting-down", "terminated", TIMING.ending_ms)
            self._explain(reason)
        return before

    def _explain(self, reason: StateReason) -> None:
        by_user = f"User initiated ({utcnow():%Y-%m-%d %H:%M:%S} GMT)"
        self._reason = by_user if reason is _USER else ""
        self.state_reason = reason

    def add_block_device(self, size: int, device_path: str, *arguments: Any, **named: Any) -> None:
        """As Moto's, but with the speed that was asked for, which Moto does not hand on."""
        asked = self._devices.get(device_path)
        if asked is None:
            super().add_block_device(size, device_path, *arguments, **named)
            return
        volume = self.ec2_backend.create_volume(
            size=size,
            zone_name=self._placement.zone,
            snapshot_id=asked.get("SnapshotId"),
            encrypted=asked.get("Encrypted", False),
            kms_key_id=asked.get("KmsKeyId"),
            volume_type=asked.get("VolumeType"),
            iops=asked.get("Iops"),
            throughput=asked.get("Throughput"),
        )
        self.ec2_backend.attach_volume(volume.id, self.id, device_path, asked.get("DeleteOnTermination", False))

    @property
    def public_ip_address(self) -> str | None:
        """One for all, elastic ones included, unless control has said where the machine is."""
        return LOOPBACK if self._is_on_loopback() else self.public_ip

    @property
    def public_dns_name(self) -> str | None:
        return "localhost" if self._is_on_loopback() else None

    def _is_on_loopback(self) -> bool:
        return bool(self.public_ip) and ip_address(self.public_ip).is_loopback

    @staticmethod
    def _ipv6_addresses(nic: Any, asked: list[dict[str, Any]]) -> list[str]:
        """The loopback address for each machine that was asked for with one, as with public addresses."""
        wanted = [one for one in asked if int(one["DeviceIndex"]) == nic.device_index and one.get("Ipv6AddressCount")]
        return ["::1"] if wanted else []

    @staticmethod
    def _ends_with_machine(nic: Any, asked: list[dict[str, Any]]) -> bool:
        """Interfaces that the launch made end with the machine, unless it said otherwise."""
        for interface in asked:
            if int(interface["DeviceIndex"]) == nic.device_index:
                made_before = "NetworkInterfaceId" in interface
                return interface.get("DeleteOnTermination", not made_before)
        return True
