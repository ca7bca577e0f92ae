"""What RunInstances refuses of a machine's place in the network, in AWS's words.

It deliberately looks at the first interface alone, as launches here have one.
"""

from __future__ import annotations

from typing import Any

from ..errors import AwsError


def check_interfaces(interfaces: list[dict[str, Any]], subnet_id: str | None, group_ids: list[str]) -> None:
    """What is said of the interface is not said of the machine as well."""
    if not interfaces:
        return
    both = [("subnet ID", subnet_id), ("security groups", group_ids)]
    for what, said in both:
        if said:
            text = f"Network interfaces and an instance-level {what} may not be specified on the same request"
            raise AwsError(400, "InvalidParameterCombination", text)


def check_place(ec2: Any, subnet_ids: list[str], group_ids: list[str], zone: str | None, count: int) -> None:
    """The subnet has room, is in the zone that was asked for, and in the network of the groups."""
    for subnet_id in subnet_ids:
        subnet = ec2.get_subnet(subnet_id)
        if zone and zone not in (subnet.availability_zone, subnet.availability_zone_id):
            text = f"The specified Availability Zone ({zone}) is not the one of the subnet ({subnet.availability_zone})."
            raise AwsError(400, "InvalidParameterValue", text)
        if subnet.available_ip_address_count < count:
            text = f"There are not enough free addresses in subnet '{subnet_id}' to satisfy the requested number of instances."
            raise AwsError(400, "InsufficientFreeAddressesInSubnet", text)
        for group_id in group_ids:
            group = ec2.get_security_group_from_id(group_id)
            if group is not None and group.vpc_id != subnet.vpc_id:
                text = f"Security group {group_id} and subnet {subnet_id} belong to different networks."
                raise AwsError(400, "InvalidParameter", text)


def check_ipv6(ec2: Any, interfaces: list[dict[str, Any]]) -> None:
    for interface in interfaces:
        subnet_id = interface.get("SubnetId")
        if interface.get("Ipv6AddressCount") and subnet_id and not ec2.get_subnet(subnet_id).ipv6_cidr_block_associations:
            text = f"The subnet {subnet_id} does not have any IPv6 CIDR blocks associated with it."
            raise AwsError(400, "InvalidParameterValue", text)
