"""What a machine can read about itself: a tree of paths, grown anew from the machine at each request.

It deliberately leaves out what nobody asks for; a path that is not here is unknown.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from .. import ACCOUNT
from ..machine_roles import credentials_of

if TYPE_CHECKING:
    from ..ec2.machine import Machine

Tree = dict[str, bytes]

# Those that cloud-init asks for. EC2 has more, and what is new in one is told in all of them here.
VERSIONS = ("latest", "2009-04-04", "2016-09-02", "2018-09-24", "2021-03-23")


def grow(machine: Machine, notices: dict[str, str]) -> Tree:
    """Every path below a version and what is there."""
    meta_data = _facts(machine) | _interfaces(machine) | credentials_of(machine) | notices
    if machine.metadata_options.instance_metadata_tags == "enabled":
        meta_data |= {f"tags/instance/{tag['key']}": tag["value"] for tag in machine.get_tags()}
    tree = {f"meta-data/{path}": value.encode() for path, value in meta_data.items() if value is not None}
    tree["dynamic/instance-identity/document"] = json.dumps(_identity(machine), indent=2).encode()
    if machine.user_data is not None:
        tree["user-data"] = base64.b64decode(str(machine.user_data))
    return tree


def read(tree: Tree, path: str) -> bytes | None:
    """A leaf's content or a folder's names, one to a line; None where there is nothing."""
    version, _, place = path.strip("/").partition("/")
    if version not in VERSIONS:
        return None
    if place in tree:
        return tree[place]
    folder = f"{place}/" if place else ""
    below = [leaf.removeprefix(folder) for leaf in tree if leaf.startswith(folder)]
    return "\n".join(sorted({_child(leaf, folder) for leaf in below})).encode() if below else None


def _child(leaf: str, folder: str) -> str:
    # A tag's key is one name, whatever is in it.
    name, slash, _ = (leaf, "", "") if folder.endswith("tags/instance/") else leaf.partition("/")
    return name + slash


def _facts(machine: Machine) -> dict[str, str | None]:
    return {
        "ami-id": machine.image_id,
        "hostname": machine.private_dns_name,
        "instance-id": machine.id,
        "instance-life-cycle": machine.lifecycle or "on-demand",
        "instance-type": machine.instance_type,
        "local-hostname": machine.private_dns_name,
        "local-ipv4": machine.private_ip,
        "mac": machine.nics[0].mac_address,
        "placement/availability-zone": machine.placement.zone,
        "placement/availability-zone-id": machine.placement.availability_zone_id,
        "placement/region": machine.region_name,
        "public-ipv4": machine.public_ip_address,
    }


def _interfaces(machine: Machine) -> dict[str, str | None]:
    facts: dict[str, str | None] = {}
    for index, nic in machine.nics.items():
        for name, value in {
            "device-number": str(index),
            "interface-id": nic.id,
            "local-hostname": machine.private_dns_name,
            "local-ipv4s": nic.private_ip_address,
            "mac": nic.mac_address,
            "owner-id": ACCOUNT,
            "security-group-ids": "\n".join(group.id for group in nic.group_set),
            "subnet-id": nic.subnet.id,
            "subnet-ipv4-cidr-block": nic.subnet.cidr_block,
            "vpc-id": nic.subnet.vpc_id,
        }.items():
            facts[f"network/interfaces/macs/{nic.mac_address}/{name}"] = value
    return facts


def _identity(machine: Machine) -> dict[str, Any]:
    return {
        "accountId": ACCOUNT,
        "architecture": machine.architecture,
        "availabilityZone": machine.placement.zone,
        "imageId": machine.image_id,
        "instanceId": machine.id,
        "instanceType": machine.instance_type,
        "kernelId": None,
        "pendingTime": f"{machine.launch_time:%Y-%m-%dT%H:%M:%SZ}",
        "privateIp": machine.private_ip,
        "region": machine.region_name,
        "version": "2017-09-30",
    }
