"""What the control API tells of the account: every machine there was, and everything that is left.

It deliberately reads Moto's models and changes nothing; only regions that were used are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import ACCOUNT, iam, parameters
from .storage import buckets

if TYPE_CHECKING:
    from .ec2.backend import LabEc2Backend
    from .ec2.machine import Machine


def machines() -> list[dict[str, Any]]:
    return [_machine(region, machine) for region, ec2 in _regions() for machine in ec2.machines()]


def find_machine(machine_id: str) -> Machine:
    """Raises LookupError for an id that no region knows."""
    for _, ec2 in _regions():
        for machine in ec2.machines():
            if machine.id == machine_id:
                return machine
    raise LookupError(f"there is no machine {machine_id}")


def account() -> dict[str, Any]:
    """Everything an owner would pay for or trip over. Regions without any such thing are left out."""
    by_region = {region: _leftovers(ec2) for region, ec2 in _regions()}
    by_region["global"] = iam.leftovers()
    for bucket in buckets():
        by_region.setdefault(bucket["region"], {}).setdefault("buckets", []).append(bucket)
    for region, names in parameters.leftovers().items():
        by_region.setdefault(region, {})["parameters"] = names
    regions = {region: {kind: found for kind, found in left.items() if found} for region, left in by_region.items()}
    return {"account": ACCOUNT, "regions": {region: left for region, left in regions.items() if left}}


def _regions() -> Iterator[tuple[str, LabEc2Backend]]:
    from moto.ec2.models import ec2_backends

    yield from list(ec2_backends[ACCOUNT].items())


def _leftovers(ec2: LabEc2Backend) -> dict[str, list[Any]]:
    groups = [group for in_vpc in list(ec2.groups.values()) for group in list(in_vpc.values())]
    return {
        "machines": [machine.id for machine in ec2.machines() if machine.state != "terminated"],
        "security_groups": [group.id for group in groups if group.name != "default"],
        "volumes": list(ec2.volumes),
        "network_interfaces": [nic.id for nic in list(ec2.enis.values()) if nic.instance is None],
        "addresses": [address.public_ip for address in list(ec2.addresses)],
        "key_pairs": list(ec2.key_pairs),
        "launch_templates": list(ec2.launch_templates),
        **ec2.own_networks(),
        "snapshots": [snapshot.id for snapshot in list(ec2.snapshots.values()) if snapshot.owner_id == ACCOUNT],
    }


def _machine(region: str, machine: Machine) -> dict[str, Any]:
    options, reason = machine.metadata_options, machine.state_reason
    return {
        "id": machine.id,
        "region": region,
        "zone": machine.placement.zone,
        "type": machine.instance_type,
        "image": machine.image_id,
        "state": machine.state,
        "state_since": machine.state_since.isoformat(timespec="milliseconds"),
        "lifecycle": machine.lifecycle or "on-demand",
        "tags": {tag["key"]: tag["value"] for tag in machine.get_tags()},
        "user_data_base64": machine.user_data and str(machine.user_data),
        "shutdown_behavior": machine.instance_initiated_shutdown_behavior,
        "client_token": machine.client_token,
        "hibernated": machine.hibernated,
        "key_name": machine.key_name,
        "security_groups": [group.id for group in machine.security_groups],
        "subnet": machine.subnet_id,
        "public_address": machine.public_ip_address,
        "private_address": machine.private_ip,
        "metadata_options": {
            "HttpTokens": options.http_tokens,
            "HttpEndpoint": options.http_endpoint,
            "HttpPutResponseHopLimit": options.http_put_response_hop_limit,
            "InstanceMetadataTags": options.instance_metadata_tags,
        },
        "state_reason": reason and {"code": reason.code, "message": reason.message},
        "launch_parameters": machine.launch_parameters,
    }
