"""Whether a launch fits the account's quotas of vCPUs, where the control API has set one.

It deliberately holds RunInstances only to them; fleets and machines that are started again are not counted beforehand.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPES

from ..errors import AwsError
from ..quotas.book import BOOK
from ..quotas.catalog import code_of

_COUNTED = ("pending", "running")


def check_limit(ec2: Any, instance_type: str, count: int, spot: bool, reserved: dict[str, int]) -> None:
    """`reserved` are the machines of each type that the account's own reservations hold, launched or not."""
    code = code_of(instance_type, spot)
    limit = BOOK.limit(ec2.region_name, code)
    if limit is None:
        return
    used = sum(_vcpus(machine.instance_type) for machine in ec2.machines() if _charged(machine, code, spot))
    if not spot:
        used += sum(_vcpus(name) * held for name, held in reserved.items() if code_of(name, False) == code)
    if used + count * _vcpus(instance_type) <= limit:
        return
    if spot:
        raise AwsError(400, "MaxSpotInstanceCountExceeded", "Max spot instance count exceeded")
    raise AwsError(
        400,
        "VcpuLimitExceeded",
        f"You have requested more vCPU capacity than your current vCPU limit of {limit:.0f} allows for the instance "
        "bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request "
        "to request an adjustment to this limit.",
    )


def _charged(machine: Any, code: str | None, spot: bool) -> bool:
    """A machine in a reservation is charged to whoever holds the reservation."""
    lifecycle = "spot" if spot else None
    return (
        machine.state in _COUNTED
        and machine.lifecycle == lifecycle
        and machine.capacity_reservation_id is None
        and code_of(machine.instance_type, spot) == code
    )


def _vcpus(instance_type: str) -> int:
    return INSTANCE_TYPES[instance_type]["VCpuInfo"]["DefaultVCpus"]
