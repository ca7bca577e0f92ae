"""What can be hibernated, at the launch and later, in AWS's words.

It deliberately does not look into images: EC2 does not either, and stops a machine plainly whose system can't.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPES

from ..errors import AwsError

MOST_MIB = 150 * 1024


def check_launch(instance_type: str, root: dict[str, Any]) -> None:
    """`root` is the root volume with all its figures."""
    facts = INSTANCE_TYPES[instance_type]
    memory_mib = facts["MemoryInfo"]["SizeInMiB"]
    if not facts.get("HibernationSupported"):
        raise _unsupported(f"Hibernation is not supported for instance type {instance_type}.")
    if memory_mib >= MOST_MIB:
        raise _unsupported("Hibernation is not supported for instances with 150 GiB of RAM or more.")
    if root.get("Encrypted") not in (True, "true"):
        raise _unsupported("The root volume must be encrypted to enable hibernation.")
    if int(root["VolumeSize"]) * 1024 < memory_mib:
        raise _unsupported("The root volume is not large enough to store the contents of the instance memory.")


def check_stop(machine: Any, hibernate: bool) -> None:
    if machine.lifecycle == "spot":
        raise AwsError(
            400,
            "UnsupportedOperation",
            f"You can't stop the Spot Instance '{machine.id}' because it is associated with a one-time Spot Instance "
            "request. You can only stop Spot Instances associated with persistent Spot Instance requests.",
        )
    if hibernate and machine.launch_parameters.get("HibernationOptions.Configured") != "true":
        raise _unsupported(f"The instance '{machine.id}' is not configured for hibernation.")


def _unsupported(message: str) -> AwsError:
    return AwsError(400, "UnsupportedHibernationConfiguration", message)
