"""What the control API changes of networks.

It deliberately imports no Moto when it is imported itself, as the control API is there before Moto is.
"""

from __future__ import annotations

from typing import Any

from .. import ACCOUNT


def set_default_network(region: str, present: bool) -> None:
    """For the control API: a region without a default network, or with one again."""
    ec2 = _regions()[region]
    if not present:
        ec2.remove_default_network()
    elif ec2.get_default_vpc() is None:
        ec2.create_default_vpc()


def set_subnet(id: str, free_addresses: int) -> None:
    """For the control API: how many addresses of a subnet are free now. LookupError for an id that no region knows."""
    for ec2 in list(_regions().values()):
        for subnet in ec2.describe_subnets():
            if subnet.id == id:
                subnet._available_ip_addresses += free_addresses - subnet.available_ip_address_count
                return
    raise LookupError(f"there is no subnet {id}")


def _regions() -> Any:
    # Moto is imported when the lab runs already: it reads the environment as it is imported.
    from moto.ec2.models import ec2_backends

    return ec2_backends[ACCOUNT]
